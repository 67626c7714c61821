"""A caller that is no user: for providers of machines."""

from __future__ import annotations

from collections.abc import Iterable


class Principal:
    """A caller without a row in the table of users, such as a machine. It owns nothing.

    A provider may return any object with these attributes.
    """

    pk = None
    is_active = is_authenticated = True
    is_anonymous = is_staff = is_superuser = False

    def __init__(self, username: str, roles: Iterable[str] = ()) -> None:
        self.username = username
        self.role_names = sorted(roles)

    def get_username(self) -> str:
        return self.username

    def __str__(self) -> str:
        return self.username

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """Return False: Django's permissions are for users. permissions.toml knows the roles."""
        return False

    def has_perms(self, permissions: Iterable[str], obj: object = None) -> bool:
        return not list(permissions)

    def has_module_perms(self, app: str) -> bool:
        return False
