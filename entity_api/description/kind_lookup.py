"""Looking a kind up: by its name, by a field of a model, a serializer or an action, by a class."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from entity_api.description.keys import has_text_key, parse_key, parse_known_key
from entity_api.description.kinds import KINDS

if TYPE_CHECKING:
    from django.db.models import Model

    from entity_api.description.field_kind import FieldKind, ModelField, SerializerField


def name_kind(name: str, place: str) -> FieldKind:
    """Return the kind of this name. Raises ImproperlyConfigured, naming the field at `place`."""
    if name not in KINDS:
        raise ImproperlyConfigured(
            f"{place} has no kind {name!r}. The kinds are {', '.join(KINDS)}."
        )
    return KINDS[name]


@cache
def kind_of_key(model: type[Model]) -> FieldKind:
    """Return the kind of the ids of a model's rows. Conditions and places compare their values."""
    if has_text_key(model):
        return replace(KINDS["text"], parse_id=partial(parse_key, model))
    known = partial(parse_known_key, model)
    return replace(KINDS["id"], parse_id=partial(parse_key, model), parse_stored=known)


@cache
def find_kind(serializer_field: SerializerField) -> FieldKind | None:
    """Return the kind whose row names this very class; `None` for any other class.

    A subclass may read and write in a way of its own, so it is another class here.
    """
    found = (
        kind
        for kind in KINDS.values()
        if serializer_field in (*kind.fields.values(), *kind.classes)
    )
    return next(found, None)


def fits_column(kind: FieldKind, field: Any, column: Any) -> bool:
    """Return whether conditions of the kind suit the column.

    The classes of the table do. A class of the author's own may name a kind of other values.
    """
    cls: Any = type(field)
    if find_kind(cls) is not None or not kind.fields:
        return True
    return isinstance(column.output_field if column.generated else column, tuple(kind.fields))


def map_model_fields() -> dict[ModelField, SerializerField]:
    return {field: chosen for kind in KINDS.values() for field, chosen in kind.fields.items()}


def name_kind_of_value(python: Any) -> str:
    """Return the name of the kind of values of this Python class; empty without a kind."""
    return next((kind.name for kind in KINDS.values() if kind.python is python), "")


def name_kind_of_drf(field: Any) -> str:
    """Return the name of the kind of a field of DRF's own; empty without a kind."""
    return next((kind.name for kind in KINDS.values() if isinstance(field, kind.drf)), "")


@cache
def list_plain_classes(type_name: str) -> frozenset[type]:
    """Return the classes of values that need no conversion for the GraphQL type of this name."""
    kinds = (kind for kind in KINDS.values() if kind.graphql.name == type_name)
    return frozenset[type]().union(*(kind.graphql_plain for kind in kinds))
