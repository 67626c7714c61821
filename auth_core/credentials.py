"""What a provider knows of the credentials of a request besides their user: a limit, an actor."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState
from rest_framework.request import Request

from api_http.exceptions import Unavailable
from auth_core.audit import record_once
from auth_core.caller import find_authenticated, list_roles, refuse_without_rule
from auth_core.contract import Authenticated, AuthProvider, Limit
from auth_core.limited_rights import PERMISSION_METHODS, LimitedRights
from auth_core.lockout.guard import name_address
from auth_core.models import EventName


def note_credentials(request: Request, found: Authenticated) -> Any:
    """Keep what is known with the request; return the user, with no more rights than the limit has.

    Raises PermissionDenied for a limited caller of a view that does not ask for the limit itself,
    if the request may do more than the limit.
    """
    # The audit has Django's request only.
    request._request.authenticated = found  # type: ignore[attr-defined]  # noqa: SLF001
    user, limit = found[0], found.limit
    if limit is None:
        return user
    if not _asks_limit(request):
        refuse_without_rule(request, limit)
    return user if limit == Limit() else _narrow(user, limit)


def _narrow(user: Any, limit: Limit) -> Any:
    """Return a copy of the user with the roles of the limit at most, and no rights beyond it.

    A copy, as a provider may keep its users between requests.
    """
    narrowed = _copy_user(user)
    if limit.roles is not None:
        narrowed.role_names = sorted(set(limit.roles).intersection(list_roles(user)))
    if not hasattr(user, "has_perm"):
        return narrowed
    # Django asks `asked` about permissions. A view may save `narrowed`, which stays a superuser.
    asked = _copy_user(narrowed)
    if limit.roles is not None:
        asked.is_superuser, asked.has_limited_roles = False, True
    for name in ("_perm_cache", "_user_perm_cache", "_group_perm_cache"):
        vars(asked).pop(name, None)
    rights = LimitedRights(asked, limit)
    for name in PERMISSION_METHODS:
        if hasattr(asked, name):
            setattr(narrowed, name, getattr(rights, name))
    return narrowed


def _copy_user(user: Any) -> Any:
    """Return what copy() does, which takes six times as long for a row and is done twice a request.

    Like copy(), it keeps what was set on the user; unlike it, rows of links that were loaded go.
    """
    kind: Any = type(user)
    if getattr(kind, "__reduce__", None) is not Model.__reduce__ or hasattr(kind, "__copy__"):
        return copy(user)
    copied, state = kind.__new__(kind), ModelState()
    state.adding, state.db = user._state.adding, user._state.db  # noqa: SLF001
    vars(copied).update(vars(user), _state=state)
    return copied


def note_success(request: Request, provider: AuthProvider, user: Any) -> None:
    """Audit accepted credentials, once in five minutes for a user and an address."""
    actor = getattr(find_authenticated(request), "actor", None)
    who = (user.get_username(), actor and actor.get_username())
    key = ("accepted", provider.name, *who, name_address(request))
    try:
        record_once(key, EventName.LOGIN, request=request, user=user, provider=provider.name)
    except Unavailable:
        # Reading goes on where the database takes no writes. To act for another does not.
        if actor is not None:
            raise


def _asks_limit(request: Request) -> bool:
    """Whether the view, or a permission class of it, asks for the limit by each action."""
    view = (request.parser_context or {}).get("view")
    asked = [view, *view.get_permissions()] if view else []
    return any(getattr(each, "asks_limit", False) for each in asked)
