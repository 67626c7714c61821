"""Whose a new row is: where a model has `owner_path = "owner"`, a new row belongs to the user who
creates it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from entity_api.access import find_caller

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks

ACTIONS = ("list", "retrieve", "create", "partial_update", "destroy")


@dataclass(frozen=True)
class NewOwner:
    """The user to whom a new row is given, and the model's field for it.

    A field for many is written after the row.
    """

    field: Any
    user: Any

    def put(self, values: dict[str, Any]) -> None:
        """Put the user into the values of a row that is not stored yet."""
        if not self.field.many_to_many:
            values[self.field.name] = self.user

    def add(self, row: Model) -> None:
        """Add the user to a row that has just been stored."""
        if self.field.many_to_many:
            getattr(row, self.field.name).add(self.user)


def find_owner_field(model: type[Model]) -> Any:
    """Find the model's own link to its owner, to one user or to many; `None` where another row
    names the owner.
    """
    path = getattr(model, "owner_path", None)
    return _find_link(model, path) if isinstance(path, str) else None


@cache
def _find_link(model: type[Model], name: str) -> Any:
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    target = getattr(field, "related_model", None)
    leads_to_user = isinstance(target, type) and issubclass(target, get_user_model())
    return field if leads_to_user and not field.auto_created and _can_take(field) else None


def _can_take(field: Any) -> bool:
    """Whether a user can be written by the field alone.

    A table between may need more than the two links.
    """
    if not field.many_to_many or field.remote_field.through._meta.auto_created:
        return True
    columns = field.remote_field.through._meta.concrete_fields
    links = {field.m2m_field_name(), field.m2m_reverse_field_name()}
    more = [each for each in columns if not each.primary_key and each.name not in links]
    return all(
        each.null or each.has_default() or getattr(each, "auto_now_add", False) for each in more
    )


def has_many_owners(model: type[Model]) -> bool:
    """Whether the model's own link to its owner is one to many users."""
    field = find_owner_field(model)
    return field is not None and bool(field.many_to_many)


def find_new_owner(view: EntityHooks, serializer: Any) -> NewOwner | None:
    """Return the owner of the row that the serializer creates; `None` to set no owner."""
    field = find_owner_field(view.model)
    if field is None or serializer.instance is not None or field.name in serializer.validated_data:
        return None
    named = {each.source for each in serializer.fields.values() if not each.read_only}
    user = find_caller(view.request)
    return choose_owner(view, field, user, is_named=field.name in named)


def choose_owner(view: EntityHooks, field: Any, user: Any, *, is_named: bool) -> NewOwner | None:
    """Return the row to the user who creates it, if they name no owner.

    A user who may name an owner and reaches all rows leaves the row without an owner. Such a user
    does not become the owner by a link that is unique for each user either, unless the row needs
    it.
    """
    if not isinstance(user, get_user_model()):
        return None
    is_free = is_named or (bool(field.unique) and field.null)
    return None if is_free and not view.is_limited(*ACTIONS) else NewOwner(field, user)
