"""Asks the permission classes of an entity which fields and which rows a caller may use.

A permission class answers by the methods of EntityPermission. A class that lacks a method limits
nothing by it.

What follows from the answers is kept in bounded memory. Callers with the same access key share it.
The keys hold roles and no user, so a thousand users fill no more memory than one user.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth import get_user_model
from django.utils.functional import cached_property
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
)
from rest_framework.permissions import BasePermission

from entity_api.description.registry import describe_entity
from entity_api.linked_hooks import asks_alike
from entity_api.permission import EntityPermission
from statements.cache import BoundedCache

if TYPE_CHECKING:
    from django.db.models import Q
    from rest_framework.request import Request
    from rest_framework.viewsets import GenericViewSet

    View = GenericViewSet[Any]

Refusal = TypeVar("Refusal", bound=APIException)
Made = TypeVar("Made")
# Bytes of an entry, and of it for each character of its question.
ENTRY_SIZE = 8_000
CHARACTER_SIZE = 30
_kept: BoundedCache[Any] = BoundedCache(12 * 2**20, "readings")
# Of callers without credentials: they never drop what those with credentials ask for.
_public: BoundedCache[Any] = BoundedCache(2 * 2**20, "readings_of_strangers")
# Of the permission classes. No caller can ask for more than the actions of the viewsets.
_answers: BoundedCache[Any] = BoundedCache(2 * 2**20, "answers")
_MISSING: Any = object()
# The methods of a permission class that a viewset asks.
HOOKS = frozenset(
    {"has_permission", "has_object_permission"}
    | {name for name in vars(EntityPermission) if not name.startswith("_")}
)


class Access:
    """The answers of the permission classes for the caller of a request, an entity and an action.

    Each question is asked at most once, and once for all callers with the same access key.
    """

    def __init__(self, view: View, action: str) -> None:
        self._view = view
        self._action = action

    @cached_property
    def _permissions(self) -> Any:
        return self._view.get_permissions()

    @cached_property
    def fields(self) -> frozenset[str]:
        """Return the names of the fields that the caller may read or write."""
        return self._keep("fields", self._ask_fields)

    def _ask_fields(self) -> frozenset[str]:
        names = describe_entity(type(self._view)).names
        for ask in _find_methods(self._permissions, "allowed_fields"):
            allowed = ask(self._view.request, self._view, self._action)
            names = names if allowed is None else names & allowed
        return names

    @cached_property
    def rows(self) -> Q | None:
        """Return the condition on the rows, with parameters of `values`; `None` for all rows."""
        return self._keep("rows", self._ask_rows)

    def _ask_rows(self) -> Q | None:
        asked = _find_methods(self._permissions, "visible_rows")
        answers = [ask(self._view.request, self._view, self._action) for ask in asked]
        conditions = [condition for condition in answers if condition is not None]
        return reduce(and_, conditions) if conditions else None

    @cached_property
    def key(self) -> Hashable | None:
        """Return a key of the answers: equal keys, equal answers. `None` if there is no key."""
        keys = []
        for permission in self._permissions:
            ask = getattr(permission, "access_key", None)
            key = ask(self._view.request, self._view) if ask else None
            if key is None:
                return None
            keys.append(key)
        return tuple(keys)

    @cached_property
    def checks_rows(self) -> bool:
        """Return whether a permission class looks at single rows besides `visible_rows`."""
        return any(map(_looks_at_rows, self._permissions))

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Return the value of the parameter `caller`: the user's key, or `None`."""
        user = find_caller(self._view.request)
        return {"caller": user.pk if isinstance(user, get_user_model()) else None}

    @cached_property
    def is_of_known_caller(self) -> bool:
        """Return whether the caller is authenticated."""
        return bool(getattr(find_caller(self._view.request), "is_authenticated", False))

    def _keep(self, question: str, ask: Callable[[], Made]) -> Made:
        view = self._view
        key = find_access(view, view.action).key if asks_alike(type(view)) else None
        if key is None:
            return ask()
        entry = (type(view), self._action, key, question)
        made: Made = _answers.get(entry, _MISSING)
        if made is _MISSING:
            made = ask()
            # An answer may be a set of the names of fields.
            _answers.put(entry, made, 1_000 + 64 * len(describe_entity(type(view)).names))
        return made

    def explain(self, field: str | None) -> str:
        """Return the rules that decide on the action, or on a field with it."""
        asked = _find_methods(self._permissions, "explain")
        texts = (ask(self._view.request, self._view, self._action, field) for ask in asked)
        return "; ".join(text for text in texts if text)


def find_access(view: View, action: str) -> Access:
    """Return the access of the view's caller. It is kept with the request."""
    known: dict[Any, Access] = vars(view.request).setdefault("accesses", {})
    key = (type(view), action)
    found = known.get(key)
    if found is None:
        found = known[key] = Access(view, action)
    return found


def keep(
    view: View,
    question: Hashable,
    make: Callable[[], Made],
    is_repeated: Callable[[], bool] | None = None,
) -> Made:
    """Return what was made for this question of callers with the same access, or make it.

    Nothing is kept without an access key that holds for all linked entities too, nor for a question
    that is not repeated. An error of `make` is not kept.
    """
    access = find_access(view, view.action)
    key = access.key if asks_alike(type(view)) else None
    if key is None:
        return make()
    entry = (type(view), key, question)
    kept = _kept if access.is_of_known_caller else _public
    made: Made = kept.get(entry, _MISSING)
    if made is _MISSING:
        made = make()
        if is_repeated is None or is_repeated():
            kept.put(entry, made, ENTRY_SIZE + CHARACTER_SIZE * len(repr(question)))
    return made


def is_limiting(view: View) -> bool:
    """Return whether any permission class can limit fields or rows."""
    names = ("allowed_fields", "visible_rows")
    return any(hasattr(each, name) for each in view.get_permissions() for name in names)


def is_public(view: View, action: str, field: str | None = None) -> bool:
    """Return whether the action, with this field, needs no credentials."""
    asked = _find_methods(view.get_permissions(), "is_public")
    return any(ask(view, action, field) for ask in asked)


def may_withhold(view: View, field: str) -> bool:
    """Return whether a permission class may leave the field out of a row that it shows.

    A class that limits fields and does not say which may leave out any.
    """
    return any(
        permission.may_withhold(view, field)
        if hasattr(permission, "may_withhold")
        else hasattr(permission, "allowed_fields")
        for permission in view.get_permissions()
    )


def deny_field(view: View, action: str, field: str) -> APIException:
    """Return the refusal to read or write a field by the action."""
    verb = "see" if action in ("list", "retrieve") else "write"
    refusal = _deny(view, f"You may not {verb} the field {field}.")
    return _add_explanation(refusal, view, action, field)


def deny_result(view: View, action: str) -> APIException:
    """Return the refusal of a write if the caller could not write to its result."""
    return _add_explanation(_deny(view, "The result would not belong to you."), view, action)


def deny_row(view: View, action: str) -> NotFound:
    """Return the 404. A hidden row and a missing row get the same answer."""
    missing = NotFound(f"There is no {describe_entity(type(view)).name} with this id.")
    if find_access(view, action).rows is None:
        return missing
    return _add_explanation(missing, view, action)


def find_caller(request: Request) -> Any:
    """Return the caller; `None` for bad credentials, which public actions ignore."""
    try:
        return request.user
    except AuthenticationFailed:
        return None


def _deny(view: View, detail: str) -> APIException:
    known = getattr(find_caller(view.request), "is_authenticated", False)
    return PermissionDenied(detail) if known else NotAuthenticated(detail)


def _add_explanation(
    refusal: Refusal, view: View, action: str, field: str | None = None
) -> Refusal:
    refusal.explanation = find_access(view, action).explain(field)  # type: ignore[attr-defined]
    return refusal


def _looks_at_rows(permission: Any) -> bool:
    method = type(permission).has_object_permission
    follows = hasattr(method, "follows_visible_rows")
    return method is not BasePermission.has_object_permission and not follows


def _find_methods(permissions: Iterable[Any], name: str) -> Iterator[Any]:
    return (getattr(each, name) for each in permissions if hasattr(each, name))
