"""Which models an entity may have. Others are not served, and a check says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entity_api.description.key_fields import ID
from entity_api.description.keys import find_key, find_key_parser

if TYPE_CHECKING:
    from django.db.models import Model

# Why the models are not served that a router should serve.
UNSERVED: dict[type[Model], str] = {}


def explain_unserved(model: type[Model]) -> str:
    """Return why the model cannot be served; empty if it can."""
    options = model._meta
    if options.abstract:
        return "is abstract and has no table"
    key = find_key(model)
    if find_key_parser(key) is None:
        return f"has the primary key {key.name}, which is no UUID, integer or text"
    if any(column.name == ID and not _is_key(column) for column in options.concrete_fields):
        return f"has a column named id, and its primary key is {key.name}"
    if any(column.name == "self" for column in options.get_fields()):
        return "has a field named self, as the first argument of its methods is"
    return ""


def _is_key(column: object) -> bool:
    """Return whether the column is a key, also of the parent whose table a child extends."""
    return bool(getattr(column, "primary_key", False))
