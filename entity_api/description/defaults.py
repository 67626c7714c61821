"""The serializer of an entity that has none of its own: its editable fields, and its links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entity_api.description.model import Entity
from entity_api.description.serializer import EVERY_ENTITY, EntitySerializer

if TYPE_CHECKING:
    from django.db.models import Model


def make_serializer(model: type[Model], name: str) -> type[EntitySerializer]:
    """Return a serializer of all fields that may be edited, and of the links to other entities."""
    meta = type("Meta", (), {"model": model, "fields": list_fields(model)})
    # Django makes a docstring of all fields where a model has none.
    is_written = not (model.__doc__ or "").startswith(f"{model.__name__}(")
    members = {
        "Meta": meta,
        "__doc__": model.__doc__ if is_written else None,
        "__module__": model.__module__,
    }
    return type(f"{name}Serializer", (EntitySerializer,), members)


def list_fields(model: type[Model]) -> tuple[str, ...]:
    """Return the names of the fields that may be edited, then those of the links from elsewhere."""
    options: Any = model._meta
    own = [*options.concrete_fields, *options.many_to_many]
    names = [each.name for each in own if each.editable and not each.primary_key]
    back = [
        link.get_accessor_name()
        for link in options.related_objects
        if issubclass(link.related_model, Entity) and not (link.hidden or _is_parent(link))
    ]
    return tuple(name for name in [*names, *back] if name not in EVERY_ENTITY)


def _is_parent(link: Any) -> bool:
    """Return whether the link joins the two tables of a model that inherits from another."""
    return bool(getattr(link.field.remote_field, "parent_link", False))
