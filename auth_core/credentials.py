"""What a provider knows of the credentials of a request besides their user: a limit, an actor."""

from __future__ import annotations

from copy import copy
from typing import Any

from rest_framework.request import Request

from api_http.exceptions import Unavailable
from auth_core.audit import record_once
from auth_core.caller import list_roles, refuse_change
from auth_core.contract import Authenticated, AuthProvider
from auth_core.lockout.guard import name_address
from auth_core.models import EventName


def note_credentials(request: Request, found: Authenticated) -> Any:
    """Keep what is known with the request; return the user, with no more roles than the limit has.

    Raises PermissionDenied for a limited caller of a view that does not ask for the limit itself,
    if the request may change something.
    """
    # The audit has Django's request only.
    request._request.authenticated = found  # type: ignore[attr-defined]  # noqa: SLF001
    user, limit = found[0], found.limit
    if limit is None:
        return user
    if limit.actions is not None and not _asks_limit(request):
        refuse_change(request, limit)
    if limit.roles is None:
        return user
    # A copy, as a provider may keep its users between requests.
    narrowed = copy(user)
    narrowed.role_names = sorted(set(limit.roles).intersection(list_roles(user)))
    return narrowed


def note_success(request: Request, provider: AuthProvider, user: Any) -> None:
    """Audit accepted credentials, once in five minutes for a user and an address."""
    actor = getattr(getattr(request, "authenticated", None), "actor", None)
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
