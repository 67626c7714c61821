"""Accounts that only superusers change: those of staff and of superusers.

A person who sets the password or the e-mail address of an account can use that account. So a role
that may change users must not reach accounts with more rights. The callers' own accounts are theirs
to change.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet

from auth_core.caller import find_key
from auth_core.policy.ownership import CALLER
from statements.parameters import Parameter, fill

# Actions of the policy.
CHANGES = frozenset({"update", "delete"})
# Django's flags that give rights, besides groups.
FLAGS = ("is_staff", "is_superuser")
PROTECTED = "Only superusers change or delete the accounts of staff and superusers."


def protects(model: type[Model], kind: str, *, superuser: bool) -> bool:
    """Whether an action of this kind leaves some rows of the model to superusers, and the caller is
    not a superuser.
    """
    return kind in CHANGES and issubclass(model, get_user_model()) and not superuser


def narrow_to_unprotected(rows: QuerySet[Any], caller: Any) -> QuerySet[Any]:
    """Return the accounts that the caller, who is no superuser, may change."""
    return rows.filter(fill(find_unprotected(rows.model, caller), {CALLER: find_key(caller)}))


def find_unprotected(model: type[Model], caller: Any) -> Q:
    """Return the condition on the accounts that the caller, who is no superuser, may change."""
    ordinary = Q(**{name: False for name in FLAGS if _has(model, name)})
    if find_key(caller) is None:
        return ordinary
    key: Any = model._meta.pk
    return ordinary | Q(pk=Parameter(CALLER, key))


def list_reserved(model: type[Model], caller: Any, row: Any, *, superuser: bool) -> frozenset[str]:
    """Name the columns of an account that its serializer must not write for the caller; `row` is
    `None` for a new one.

    Only superusers give the rights of Django. Users change their own password only with
    the current one.
    """
    users = get_user_model()
    if not issubclass(model, users):
        return frozenset()
    rights = frozenset() if superuser else frozenset((*FLAGS, "user_permissions"))
    is_own = isinstance(row, users) and row.pk == find_key(caller)
    return rights | {"password"} if is_own else rights


def _has(model: type[Model], name: str) -> bool:
    try:
        return bool(model._meta.get_field(name))
    except FieldDoesNotExist:
        return False
