"""The caller of a request: who it is, and the roles, which are found once a request."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS

from auth_core.contract import Authenticated, Limit
from statements.parameters import Parameter
from statements.statement import Statement

# The roles of a known caller; `None` for an unknown caller.
Roles = frozenset[str] | None
_UNASKED = object()
BEYOND_LIMIT = "These credentials may not be used for this."


def roles_of(request: Any) -> Roles:
    """Return the caller's roles; `None` without credentials. Raises AuthenticationFailed."""
    # Not by getattr(): DRF would look for a missing name on two requests, which takes longer.
    roles: Any = vars(request).get("caller_roles", _UNASKED)
    if roles is _UNASKED:
        user = request.user
        roles = frozenset(list_roles(user)) if user and user.is_authenticated else None
        request.caller_roles = roles
    return roles  # type: ignore[no-any-return]


def roles_if_any(request: Any) -> Roles:
    """Return the caller's roles for a public action, which ignores bad credentials."""
    known: Any = vars(request).get("caller_roles", _UNASKED)
    if known is not _UNASKED:
        return known  # type: ignore[no-any-return]
    try:
        return roles_of(request)
    except AuthenticationFailed:
        return None


def find_limit(request: Any) -> Limit | None:
    """Return the limit of the caller's credentials, if they have any. Raises what DRF does for bad
    credentials of a kind that public actions do not ignore.
    """
    if roles_if_any(request) is None:
        return None
    return getattr(find_authenticated(request), "limit", None)


def find_authenticated(request: Any) -> Authenticated | None:
    """Return what the provider knows besides the user; `None` if it knows no more."""
    return getattr(find_plain(request), "authenticated", None)


def find_provider(request: Any) -> str | None:
    """Return the name of the provider that has accepted the caller's credentials."""
    return getattr(find_plain(request), "accepted_by", None)


def find_plain(request: Any) -> Any:
    """Return Django's request, on which providers and the audit keep what they know."""
    return getattr(request, "_request", request)


def is_permitted(request: Any, action: str, entity: str) -> bool:
    """Whether the limit of the caller's credentials leaves an action with an entity to them."""
    limit = find_limit(request)
    return limit is None or limit.permits(action, entity)


def require_permitted(request: Any, action: str, entity: str) -> None:
    """Raise PermissionDenied if the limit of the caller's credentials leaves the action out."""
    if not is_permitted(request, action, entity):
        raise PermissionDenied(BEYOND_LIMIT)


def require_known(request: Any) -> bool:
    """Return whether the caller is known, for a view that has no rule.

    With limited actions such a view only reads, with limited entities it is closed. Raises
    PermissionDenied.
    """
    known = bool(request.user and request.user.is_authenticated)
    limit = find_limit(request) if known else None
    if limit:
        refuse_without_rule(request, limit)
    return known


def refuse_without_rule(request: Any, limit: Limit) -> None:
    """Raise PermissionDenied for a view without a rule, if the request may do more than the limit.

    Such a view may read any entity.
    """
    changes = limit.actions is not None and request.method not in SAFE_METHODS
    if changes or limit.entities is not None or not limit.names("view"):
        raise PermissionDenied(BEYOND_LIMIT)


def require_reading(request: Any, *, everything: bool = False) -> None:
    """Raise PermissionDenied if the caller's credentials may not read, not even who is calling.

    With `everything` also if they read some entities only, as a view without a rule refuses them.
    """
    limit = find_limit(request)
    if limit and not (limit.names("view") and (limit.entities is None or not everything)):
        raise PermissionDenied(BEYOND_LIMIT)


def require_unlimited(request: Any) -> None:
    """Raise PermissionDenied if the caller's credentials have any limit.

    For what hands out other credentials, and for the GraphQL mutations of a plugin.
    """
    if find_limit(request):
        raise PermissionDenied(BEYOND_LIMIT)


def is_accepted(request: Any, view: Any) -> bool:
    """Whether the view takes the caller's credentials: a view may name its `providers`."""
    named = getattr(view, "providers", None)
    if named is None or roles_if_any(request) is None:
        return True
    return find_provider(request) in named


def is_superuser(request: Any) -> bool:
    """Whether the caller is a superuser, and the credentials are for more than some roles."""
    caller = find_caller(request)
    has_all_rights = getattr(caller, "is_superuser", False)
    if not (has_all_rights and isinstance(caller, get_user_model())):
        return False
    limit = find_limit(request)
    return limit is None or limit.roles is None


def find_caller(request: Any) -> Any:
    """Return the caller; `None` without credentials.

    `request.user` would refuse bad ones each time.
    """
    return None if roles_if_any(request) is None else request.user


def find_key(user: Any) -> Any:
    """Return the primary key that rows may name as their owner's; `None` for other callers.

    A caller without a row of its own (a machine) owns nothing, even if its key equals the key of a
    user.
    """
    return user.pk if isinstance(user, get_user_model()) else None


def describe_user(user: Any) -> dict[str, object]:
    """Return `{id, username, roles}`: the id as a string, the roles as a sorted list of names.

    The id of a caller without a key is the empty string.
    """
    key = getattr(user, "pk", None)
    return {
        "id": "" if key is None else str(key),
        "username": user.get_username(),
        "roles": list_roles(user),
    }


def read_roles(user: Any) -> list[str]:
    """Return the sorted names of the user's groups as they are now; costs one query."""
    return sorted(
        name for (name,) in _roles_of(user._meta.model).fetch(id=user.pk) if name is not None
    )


@cache
def _roles_of(users: type[Model]) -> Statement:
    key: Any = users._meta.pk
    rows = users._default_manager.filter(pk=Parameter("id", key))
    return Statement(rows.order_by().values_list("groups__name"))


def list_roles(user: Any) -> list[str]:
    """Return the `role_names` that a provider has looked up with the user, to save a query; else
    the user model's own idea of `roles` if it has one, else the names of the user's groups, sorted.
    """
    roles = getattr(user, "role_names", None)
    if roles is None:
        roles = getattr(user, "roles", None)
    if roles is None:
        roles = sorted(user.groups.values_list("name", flat=True))
    return list(roles)
