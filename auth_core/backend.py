"""Django's `user.has_perm` for the served entities, answered by permissions.toml; for all other
models as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.urls import URLResolver, get_resolver

from auth_core.caller import Roles, list_roles
from auth_core.policy.accounts import narrow_to_unprotected, protects
from auth_core.policy.loading import current_policy
from auth_core.policy.ownership import narrow_to_own
from auth_core.policy.rule import Reach
from auth_core.policy.served import find_model, name_entity, served_viewsets
from statements.parameters import Parameter
from statements.statement import Statement

# Django's permissions on a model, and the action of the policy behind each.
PERMISSIONS = {
    "view": ("view", "search"),
    "add": ("create",),
    "change": ("update",),
    "delete": ("delete",),
}


class PolicyBackend(ModelBackend):
    """Authenticates as ModelBackend does. The rights of a user's roles count as the
    permissions of their groups.

    Without an object a permission means that some rows are open. With an object it means this row,
    which must belong to the user if the rule is "own". Permissions that the database grants on a
    served entity are ignored.
    """

    # Whether a password that authenticate() has accepted is believed for five minutes more, so that
    # a client of Basic does not ask a directory at every request. Not for passwords of one use.
    remembers = False

    def get_user_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        return _leave_others(user_obj, super().get_user_permissions(user_obj, obj))

    def get_group_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        others = _leave_others(user_obj, super().get_group_permissions(user_obj, obj))
        return others | set(_list_permissions(user_obj, obj))

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        if obj is None:
            return super().get_all_permissions(user_obj)
        return self.get_user_permissions(user_obj, obj) | self.get_group_permissions(user_obj, obj)

    def _get_group_permissions(self, user_obj: Any) -> Any:
        found = super()._get_group_permissions(user_obj)  # type: ignore[misc]
        if not getattr(user_obj, "has_limited_roles", False):
            return found
        return found.filter(group__name__in=list_roles(user_obj))

    def _get_permissions(self, user_obj: Any, obj: Model | None, from_name: str) -> Any:
        """Find what ModelBackend does, without compiling its two queries for each page."""
        kept = f"_{from_name}_perm_cache"
        is_special = user_obj.is_superuser or getattr(user_obj, "has_limited_roles", False)
        # A caller may be no user of the database.
        is_usual = user_obj.is_active and not is_special and isinstance(user_obj, Model)
        if is_usual and obj is None and not hasattr(user_obj, kept):
            granted = _granted_in_database(user_obj._meta.model, from_name).fetch(user=user_obj.pk)
            setattr(user_obj, kept, {f"{label}.{name}" for label, name in granted})
        return super()._get_permissions(user_obj, obj, from_name)  # type: ignore[misc]

    # ModelBackend's own would ask the database alone.
    async def aget_user_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        return await sync_to_async(self.get_user_permissions)(user_obj, obj)

    async def aget_group_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        return await sync_to_async(self.get_group_permissions)(user_obj, obj)

    async def aget_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        return await sync_to_async(self.get_all_permissions)(user_obj, obj)


@cache
def _granted_in_database(users: Any, from_name: str) -> Statement:
    """Return the permissions of a user (`user`), or of a user's groups (`group`)."""
    name, path = {"user": ("user_permissions", ""), "group": ("groups", "group__")}[from_name]
    field, key = users._meta.get_field(name), Parameter("user", users._meta.pk)
    rows = Permission.objects.filter(**{f"{path}{field.related_query_name()}": key})
    return Statement(rows.order_by().values_list("content_type__app_label", "codename"))


def _leave_others(user: Any, permissions: set[str]) -> set[str]:
    if user.is_superuser:
        return permissions
    governed = {
        name for model in _served_models(get_resolver()) for name in _names(model, PERMISSIONS)
    }
    return permissions - governed


def _list_permissions(user: Any, obj: Model | None) -> Iterator[str]:
    if not user.is_active or user.is_anonymous:
        return
    roles = frozenset(list_roles(user))
    for model in _served_models(get_resolver()):
        if obj is None or isinstance(obj, model):
            granted = (
                name
                for name in PERMISSIONS
                if user.is_superuser or _is_open(user, roles, model, name, obj)
            )
            yield from _names(model, granted)


def _is_open(
    user: Any, roles: Roles, model: type[Model], permission: str, obj: Model | None
) -> bool:
    entity = name_entity(model)
    reach = max(
        current_policy().decide(roles, entity, action).reach for action in PERMISSIONS[permission]
    )
    is_protected = any(
        protects(model, action, superuser=user.is_superuser) for action in PERMISSIONS[permission]
    )
    if obj is None or reach is Reach.NONE or (reach is Reach.ALL_ROWS and not is_protected):
        return reach is not Reach.NONE
    rows = model._default_manager.filter(pk=obj.pk)
    if reach is Reach.OWN_ROWS:
        rows = narrow_to_own(rows, user)
    return (narrow_to_unprotected(rows, user) if is_protected else rows).exists()


def _names(model: type[Model], permissions: Any) -> list[str]:
    meta = model._meta
    return [f"{meta.app_label}.{permission}_{meta.model_name}" for permission in permissions]


@lru_cache(maxsize=8)
def _served_models(resolver: URLResolver) -> tuple[type[Model], ...]:
    models = (find_model(view) for view in served_viewsets().values())
    return tuple(model for model in models if model is not None)
