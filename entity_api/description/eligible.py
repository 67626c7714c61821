"""Which models an entity may have. Others are not served, and a check says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import UUIDField

from entity_api.description.serializer import EVERY_ENTITY

if TYPE_CHECKING:
    from django.db.models import Model

# Why the models are not served that a router should serve.
UNSERVED: dict[type[Model], str] = {}


def explain_unserved(model: type[Model]) -> str:
    """Return why the model cannot be served; empty if it can."""
    missing = [name for name in EVERY_ENTITY if not _has_field(model, name)]
    if missing:
        return f"has no field {missing[0]}"
    key: Any = model._meta.pk
    while key.remote_field:  # of a child with a table of its own
        key = key.target_field
    if key.name != "id" or not isinstance(key, UUIDField):
        return f"has the primary key {key.name}, which is no UUID named id"
    return ""


def _has_field(model: type[Model], name: str) -> bool:
    try:
        return bool(model._meta.get_field(name).concrete)
    except FieldDoesNotExist:
        return False
