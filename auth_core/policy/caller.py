"""The roles of a request's caller, found once a request."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import AuthenticationFailed

from auth_core.policy.policy import Roles
from auth_core.user_description import list_roles

_UNASKED = object()


def roles_of(request: Any) -> Roles:
    """Return the caller's roles; `None` without credentials. Raises AuthenticationFailed."""
    roles: Any = getattr(request, "caller_roles", _UNASKED)
    if roles is _UNASKED:
        user = request.user
        roles = frozenset(list_roles(user)) if user and user.is_authenticated else None
        request.caller_roles = roles
    return roles  # type: ignore[no-any-return]


def roles_if_any(request: Any) -> Roles:
    """Return the caller's roles for a public action, which ignores bad credentials."""
    try:
        return roles_of(request)
    except AuthenticationFailed:
        return None


def find_caller(request: Any) -> Any:
    """Return the caller; `None` without credentials.

    `request.user` would refuse bad ones each time.
    """
    return None if roles_if_any(request) is None else request.user
