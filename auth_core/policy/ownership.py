"""Whom a row belongs to: a model says it by `owner_path`, a path of foreign keys such as "customer.owner"."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet

SELF = "self"


def owner_lookup(model: type[Model]) -> str:
    """Give the path as a lookup for filter(). "self" is a user, who belongs to itself.

    Raises LookupError where there is none or it does not lead to a user; the start refuses such a policy.
    """
    path = getattr(model, "owner_path", None)
    if not isinstance(path, str):
        raise LookupError(f'{model.__name__} has no owner_path, such as owner_path = "owner"')
    if path == SELF and issubclass(model, get_user_model()):
        return "pk"
    target: Any = model
    for step in path.split("."):
        try:
            target = target._meta.get_field(step).related_model
        except (FieldDoesNotExist, AttributeError):
            raise LookupError(
                f'{model.__name__}.owner_path = "{path}": there is no foreign key "{step}"'
            ) from None
    if not (isinstance(target, type) and issubclass(target, get_user_model())):
        raise LookupError(f'{model.__name__}.owner_path = "{path}" does not lead to a user')
    return path.replace(".", "__")


def find_key(user: Any) -> Any:
    """Give the primary key that rows may name as their owner's; `None` for a caller who is no user and owns nothing.

    A caller without a row of its own (a machine) owns nothing, even if its key equals the key of a user.
    """
    return user.pk if isinstance(user, get_user_model()) else None


def narrow_to_own(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Give those of the rows that belong to the user: none for a caller without a key.

    A comparison with `None` would find the rows that have no owner.
    """
    key, lookup = find_key(user), owner_lookup(rows.model)
    if key is None:
        return rows.none()
    model: Any = rows.model
    if not _leads_to_many(model, lookup):
        return rows.filter(**{lookup: key})
    # A join would give a row once for each way that leads to the user.
    own = model._base_manager.filter(**{lookup: key})
    return rows.filter(pk__in=own.values("pk"))


@cache
def _leads_to_many(model: Any, lookup: str) -> bool:
    target: Any = model
    for step in () if lookup == "pk" else lookup.split("__"):
        field = target._meta.get_field(step)
        if field.many_to_many or field.one_to_many:
            return True
        target = field.related_model
    return False


def find_owner_field(model: type[Model]) -> Any:
    """Give the model's own link to its owner, to one user or to many; `None` where another row says whose a row is."""
    path = getattr(model, "owner_path", None)
    if not isinstance(path, str) or not path.isidentifier() or path == SELF:
        return None
    field: Any = model._meta.get_field(path)
    is_taken = field.many_to_many and not field.remote_field.through._meta.auto_created
    return None if field.auto_created or is_taken else field
