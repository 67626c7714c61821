"""The caller as the API describes it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import Model

from statements.statement import Parameter, Statement


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
