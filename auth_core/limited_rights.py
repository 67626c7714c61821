"""Django's permissions of a user whose credentials are limited.

Django asks no backend about a superuser, so the methods of the user themselves hold to the limit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.apps import apps

from auth_core.backend import PERMISSIONS
from auth_core.policy.served import name_entity

if TYPE_CHECKING:
    from auth_core.contract import Limit

_METHODS = (
    "has_perm",
    "has_perms",
    "has_module_perms",
    "get_all_permissions",
    "get_user_permissions",
    "get_group_permissions",
)
# The methods of a user of Django that answer for the permissions.
PERMISSION_METHODS = (*_METHODS, *(f"a{name}" for name in _METHODS))


class LimitedRights:
    """Answers in place of a user, with the permissions that the limit leaves."""

    def __init__(self, user: Any, limit: Limit) -> None:
        self._user = user
        self._limit = limit

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        return self._leaves(permission) and bool(self._user.has_perm(permission, obj))

    def has_perms(self, permissions: Iterable[str], obj: Any = None) -> bool:
        if isinstance(permissions, str):
            raise ValueError("permissions is a list of permissions, not a text")  # as Django does
        return all(self.has_perm(each, obj) for each in permissions)

    def has_module_perms(self, app: str) -> bool:
        if not self._user.has_module_perms(app):
            return False
        return any(each.partition(".")[0] == app for each in self.get_all_permissions())

    def get_all_permissions(self, obj: Any = None) -> set[str]:
        return set(filter(self._leaves, self._user.get_all_permissions(obj)))

    def get_user_permissions(self, obj: Any = None) -> set[str]:
        return set(filter(self._leaves, self._user.get_user_permissions(obj)))

    def get_group_permissions(self, obj: Any = None) -> set[str]:
        return set(filter(self._leaves, self._user.get_group_permissions(obj)))

    def _leaves(self, permission: str) -> bool:
        """Return whether the limit leaves this permission: `app.verb_model`.

        A limit of actions or entities names no other permission, so it leaves none.
        """
        limit = self._limit
        if limit.actions is None and limit.entities is None:
            return True
        app, _, codename = permission.partition(".")
        verb, _, name = codename.partition("_")
        try:
            entity = name_entity(apps.get_model(app, name))
        except LookupError:
            return False
        return any(limit.permits(action, entity) for action in PERMISSIONS.get(verb, ()))


def _make_async(name: str) -> Callable[..., Awaitable[Any]]:
    async def ask(rights: LimitedRights, *args: Any, **options: Any) -> Any:
        return await sync_to_async(getattr(rights, name))(*args, **options)

    ask.__name__ = f"a{name}"  # pickle finds it by its name
    return ask


for _name in _METHODS:
    setattr(LimitedRights, f"a{_name}", _make_async(_name))
