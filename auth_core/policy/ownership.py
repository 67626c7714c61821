"""The owner of a row: `owner_path` of its model is a path of links, such as "customer.owner"."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet

from auth_core.caller import find_key
from statements.parameters import Parameter, fill

SELF = "self"
# The name of the parameter that stands for the caller's key.
CALLER = "caller"
NOTHING = Q(pk__in=())


def owner_lookup(model: type[Model]) -> str:
    """Return the path as a lookup for filter(). "self" is a user, who belongs to itself.

    Raises LookupError if the model has no such path. The start refuses such a policy.
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


def narrow_to_own(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Return the rows that belong to the user; a caller without a key owns no row."""
    return rows.filter(fill(find_own(rows.model), {CALLER: find_key(user)}))


def find_own(model: type[Model]) -> Q:
    """Return the condition on the rows that belong to the caller, whose key is a parameter.

    So one statement serves all callers. The parameter has the name CALLER.
    """
    lookup = owner_lookup(model)
    key: Any = get_user_model()._meta.pk
    # A link may hold another column of the user than the key.
    path = lookup if lookup == "pk" else f"{lookup}__pk"
    own = Q(**{path: Parameter(CALLER, key)})
    if not _leads_to_many(model, lookup):
        return own
    # A join would give a row once for each way that leads to the user.
    return Q(pk__in=model._base_manager.filter(own).values("pk"))


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
    """Return the model's own link to its owners; `None` if another row has that link."""
    path = getattr(model, "owner_path", None)
    if not isinstance(path, str) or not path.isidentifier() or path == SELF:
        return None
    field: Any = model._meta.get_field(path)
    is_taken = field.many_to_many and not field.remote_field.through._meta.auto_created
    return None if field.auto_created or is_taken else field
