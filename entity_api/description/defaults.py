"""The serializer of an entity that has none of its own: its editable fields, and its links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entity_api.description.eligible import explain_unserved
from entity_api.description.model import EVERY_ENTITY, Entity
from entity_api.description.serializer import EntitySerializer

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
    names = [each.name for each in own if each.editable and not _is_own_key(each)]
    back = [
        link.get_accessor_name()
        for link in options.related_objects
        if _is_near(link.related_model, model) and not (link.hidden or _is_parent(link))
    ]
    return tuple(name for name in [*names, *back] if name not in EVERY_ENTITY)


def _is_own_key(field: Any) -> bool:
    """Return whether the id alone shows the field. A key that is a link is shown as a link, too."""
    link = field.remote_field
    return bool(field.primary_key and (link is None or link.parent_link))


def _is_near(model: type[Model], other: type[Model]) -> bool:
    """Return whether a link from the model is shown: that of an entity, or of the same app."""
    is_plain = explain_unserved(model) == "" and model._meta.app_label == other._meta.app_label
    return issubclass(model, Entity) or is_plain


def _is_parent(link: Any) -> bool:
    """Return whether the link joins the two tables of a model that inherits from another."""
    return bool(getattr(link.field.remote_field, "parent_link", False))
