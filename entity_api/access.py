"""What a viewset asks its DRF permission classes besides yes or no: which fields, and which rows.

A permission class answers by having `permit_fields` or `narrow_rows`; one that has neither limits nothing. One that has
`explain` says which of its rules decides; one that has `standing` what its answers follow from, so that they can be
kept.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Set
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import QuerySet
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
)
from rest_framework.permissions import BasePermission

from entity_api.description.registry import describe_entity

if TYPE_CHECKING:
    from rest_framework.request import Request

    from entity_api.reach import ReachingViewSet

# The methods of a permission class that a viewset asks.
HOOKS = frozenset(
    {
        "describe_rules",
        "explain",
        "has_object_permission",
        "has_permission",
        "is_public",
        "narrow_rows",
        "permit_fields",
        "standing",
    }
)
# The handlers of an entity's viewset, which ask for rows and fields by themselves. Any other handler of it is watched.
HANDLERS = (
    *("list", "retrieve", "create", "partial_update", "destroy"),
    *("list_links", "connect_links", "set_links", "disconnect_links"),
)
Refusal = TypeVar("Refusal", bound=APIException)


def permit_fields(viewset: ReachingViewSet, action: str, names: Set[str]) -> Set[str]:
    """Give those of the wire names that the caller may read or write with the action."""
    for ask in _hooks(viewset, "permit_fields"):
        names = ask(viewset.request, viewset, action, names)
    return names


def narrow_rows(viewset: ReachingViewSet, action: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Give those of the rows that the caller reaches with the action; the very same queryset if it is all of them."""
    for ask in _hooks(viewset, "narrow_rows"):
        rows = ask(viewset.request, viewset, action, rows)
    return rows


def is_limiting(viewset: ReachingViewSet) -> bool:
    """Whether any permission class may answer with fewer than all fields or rows."""
    return any(True for name in ("permit_fields", "narrow_rows") for _ in _hooks(viewset, name))


def is_public(viewset: ReachingViewSet, action: str, field: str | None = None) -> bool:
    """Whether the action, with this field, needs no credentials."""
    return any(ask(viewset, action, field) for ask in _hooks(viewset, "is_public"))


def checks_rows(viewset: ReachingViewSet) -> bool:
    """Whether each row has to be shown to a permission class before it is given or changed."""
    looks = any(map(_looks_at_rows, viewset.get_permissions()))
    return looks or viewset.overrides("check_object_permissions")


def _looks_at_rows(permission: Any) -> bool:
    """Whether a permission class has more to say of single rows than `narrow_rows` says."""
    method = type(permission).has_object_permission
    return method is not BasePermission.has_object_permission and not hasattr(
        method, "follows_standing"
    )


def find_standing(viewset: ReachingViewSet) -> Hashable | None:
    """Give what the answers for fields and rows follow from, of any viewset; None where nobody can tell."""
    standings = []
    for permission in viewset.get_permissions():
        ask = getattr(permission, "standing", None)
        # Who looks at each row has to be given rows.
        if ask is None or _looks_at_rows(permission):
            return None
        standings.append(ask(viewset.request, viewset))
    return tuple(standings)


def deny_field(viewset: ReachingViewSet, action: str, field: str) -> APIException:
    """Make the refusal to read or write a field with the action."""
    verb = "see" if action in ("list", "retrieve") else "write"
    return _explained(
        _deny(viewset, f"You may not {verb} the field {field}."), viewset, action, field
    )


def deny_result(viewset: ReachingViewSet, action: str) -> APIException:
    """Make the refusal of a write whose result the caller could not write to."""
    return _explained(_deny(viewset, "The result would not belong to you."), viewset, action)


def deny_row(viewset: ReachingViewSet, action: str) -> NotFound:
    """Make the refusal of a row that is not there or, which nobody is told, not for the caller."""
    missing = NotFound(f"There is no {describe_entity(type(viewset)).name} with this id.")
    return _explained(missing, viewset, action) if viewset.is_limited(action) else missing


def find_caller(request: Request) -> Any:
    """Give the caller; None for one whose credentials are bad, which is no matter where none are needed."""
    try:
        return request.user
    except AuthenticationFailed:
        return None


def _deny(viewset: ReachingViewSet, detail: str) -> APIException:
    # Whom nobody knows is asked who they are, on what is public as anywhere.
    known = getattr(find_caller(viewset.request), "is_authenticated", False)
    return PermissionDenied(detail) if known else NotAuthenticated(detail)


def _explained(
    refusal: Refusal, viewset: ReachingViewSet, action: str, field: str | None = None
) -> Refusal:
    texts = (ask(viewset.request, viewset, action, field) for ask in _hooks(viewset, "explain"))
    refusal.explanation = "; ".join(text for text in texts if text)  # type: ignore[attr-defined]
    return refusal


def _hooks(viewset: ReachingViewSet, name: str) -> Iterator[Any]:
    return (
        ask for permission in viewset.get_permissions() if (ask := getattr(permission, name, None))
    )
