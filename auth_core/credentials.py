"""What a provider knows of the credentials of a request besides their user: a limit, an actor."""

from __future__ import annotations

from copy import copy
from typing import Any

from rest_framework.request import Request

from auth_core.caller import list_roles, refuse_change
from auth_core.contract import Authenticated


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
    # A copy, as a provider may keep its users from one request to the next.
    narrowed = copy(user)
    narrowed.role_names = sorted(set(limit.roles).intersection(list_roles(user)))
    return narrowed


def _asks_limit(request: Request) -> bool:
    """Whether the view, or one of its permission classes, asks for the limit by each action."""
    view = (request.parser_context or {}).get("view")
    asked = [view, *view.get_permissions()] if view else []
    return any(getattr(each, "asks_limit", False) for each in asked)
