"""The roles and the key of a request's caller."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
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


def find_key(user: Any) -> Any:
    """Return the primary key that rows may name as their owner's; `None` for a caller who is no
    user and owns nothing.

    A caller without a row of its own (a machine) owns nothing, even if its key equals the key of a
    user.
    """
    return user.pk if isinstance(user, get_user_model()) else None
