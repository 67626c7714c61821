"""The roles of a request's caller, found once a request."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import AuthenticationFailed

from auth_core.policy.policy import Roles
from auth_core.user_description import list_roles

_UNASKED = object()


def roles_of(request: Any) -> Roles:
    """Give the caller's roles, `None` for nobody; AuthenticationFailed for credentials that are bad."""
    roles: Any = getattr(request, "caller_roles", _UNASKED)
    if roles is _UNASKED:
        user = request.user
        roles = frozenset(list_roles(user)) if user and user.is_authenticated else None
        request.caller_roles = roles
    return roles  # type: ignore[no-any-return]


def roles_if_any(request: Any) -> Roles:
    """Give the caller's roles for what is public: bad credentials are as good as none there."""
    try:
        return roles_of(request)
    except AuthenticationFailed:
        return None


def find_caller(request: Any) -> Any:
    """Give the caller; `None` for nobody. Bad credentials would be refused by `request.user` again and again."""
    return None if roles_if_any(request) is None else request.user
