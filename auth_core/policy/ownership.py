"""Whom a row belongs to: a model says it by `owner_path`, a path of foreign keys such as "customer.owner"."""

from __future__ import annotations

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
    if path == SELF:
        return "pk"
    target: Any = model
    for step in path.split("."):
        try:
            target = target._meta.get_field(step).related_model
        except (FieldDoesNotExist, AttributeError):
            raise LookupError(f'{model.__name__}.owner_path = "{path}": there is no foreign key "{step}"') from None
    if not (isinstance(target, type) and issubclass(target, get_user_model())):
        raise LookupError(f'{model.__name__}.owner_path = "{path}" does not lead to a user')
    return path.replace(".", "__")


def find_key(user: Any) -> Any:
    """Give the primary key that rows may name as their owner's; None for a caller who is no user and owns nothing.

    A caller without a row of its own (a machine) owns nothing, even if its key equals the key of a user.
    """
    return user.pk if isinstance(user, get_user_model()) else None


def narrow_to_own(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Give those of the rows that belong to the user: none for a caller without a key.

    A comparison with None would find the rows that have no owner.
    """
    key = find_key(user)
    return rows.none() if key is None else rows.filter(**{owner_lookup(rows.model): key})
