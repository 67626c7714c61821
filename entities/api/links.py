"""Links between entities, as far as a caller may see and change them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotAuthenticated, PermissionDenied

from entities.api.registry import VIEWSETS, describe_entity, find_entity

if TYPE_CHECKING:
    from collections.abc import Set

    from rest_framework.request import Request

    from entities.api.viewset import EntityViewSet
    from entities.query.entity import Link


def open_linked(request: Request, model: type[Model], action: str) -> EntityViewSet | None:
    """Open the viewset of a linked entity for the request's caller; None where the action is closed to them."""
    if model not in VIEWSETS:
        return None
    try:
        return VIEWSETS[model].open(request, action)
    except (NotAuthenticated, PermissionDenied):
        return None


def linkable_rows(viewset: EntityViewSet, link: Link) -> QuerySet[Any]:
    """Give the rows that the caller may link to: with a to-one link those they see, with a to-many those they change.

    Connecting to many writes the link on the other side, so it needs that side's update of the field as well.
    """
    action = "partial_update" if link.many else "retrieve"
    target = open_linked(viewset.request, link.model, action)
    if target is None:
        return link.model._default_manager.none()
    if link.many and link.back in find_entity(link.model).names - target.permit(action):
        raise PermissionDenied(f"You may not write the field {link.back}.")
    return target.rows(action)


def seen_ids(viewset: EntityViewSet, link: Link, ids: Iterable[Any]) -> set[Any] | None:
    """Tell which rows of a to-one link the caller may see; None means all, and costs no query."""
    target = open_linked(viewset.request, link.model, "retrieve")
    if target is None:
        return set()
    if target.reaches_all("retrieve"):
        return None
    return set(target.rows("retrieve").filter(pk__in=set(ids)).values_list("pk", flat=True))


def blank_unseen(viewset: EntityViewSet, shown: list[dict[str, Any]], names: Set[str]) -> list[dict[str, Any]]:
    """Make null of every to-one link that leads to a row the caller may not see: at most one query a link."""
    for link in describe_entity(type(viewset)).links.values():
        if link.many or link.name not in names:
            continue
        linked = [item for item in shown if item[link.name]]
        seen = seen_ids(viewset, link, (UUID(item[link.name]["id"]) for item in linked)) if linked else None
        for item in linked if seen is not None else ():
            if UUID(item[link.name]["id"]) not in (seen or ()):
                item[link.name] = None
    return shown
