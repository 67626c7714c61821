"""The caller as the API describes it."""

from __future__ import annotations

from typing import Any


def describe_principal(user: Any) -> dict[str, object]:
    """Return `{id, username, roles}`: the id as a string, the roles as a sorted list of names."""
    return {"id": str(user.pk), "username": user.get_username(), "roles": list_roles(user)}


def list_roles(user: Any) -> list[str]:
    """Return the `role_names` that a provider has looked up with the user, to save a query; else the user model's own
    idea of `roles` if it has one, else the names of the user's groups, sorted."""
    roles = getattr(user, "role_names", None)
    if roles is None:
        roles = getattr(user, "roles", None)
    if roles is None:
        roles = sorted(user.groups.values_list("name", flat=True))
    return list(roles)
