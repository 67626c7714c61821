"""Rows in wire form without a serializer: reading a field is one function of the row, found once.

A serializer copies all of its fields for each request, which takes longer than reading twenty rows
with them. A serializer still writes. It also reads if a field or method of the author takes part in
the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from entity_api.description.annotated import AnnotatedField, find_kind_of_annotation
from entity_api.description.field_kind import unchanged
from entity_api.description.key_fields import ID
from entity_api.description.keys import has_integer_key
from entity_api.description.kind_lookup import find_kind
from entity_api.description.link_fields import ToOneLink
from entity_api.description.model_links import find_model_link, holds_id
from entity_api.description.serializer import SHOW, EntitySerializer
from statements.cache import BoundedCache

Read = Callable[[Any], Any]
Encode = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Column:
    """A field whose value is one column's, as it is or in the form of `encode`; of a link it is the
    linked row's id.

    A link that `is_followed` has no such column: its attribute is the linked row. The ids of a
    column that `is_number` are numbers.
    """

    name: str
    attribute: str
    encode: Callable[[Any], Any] = unchanged
    is_link: bool = False
    is_followed: bool = False
    is_number: bool = False


Columns = tuple[Column, ...]

# GraphQL clients select any fields, so there are more combinations than fit into memory.
_encoders: BoundedCache[Encode | None] = BoundedCache(2**20, "encoders")
_columns: BoundedCache[Columns | None] = BoundedCache(2**20, "columns")
_MISSING: Any = object()


def _size_of(names: frozenset[str]) -> int:
    """Estimate the bytes that a combination of fields takes in the cache."""
    return 1_000 + 500 * len(names)


def find_encoder(serializer: type[EntitySerializer], names: frozenset[str]) -> Encode | None:
    """Give what encodes a row's fields of these names as the serializer would; `None` where only
    the serializer can.
    """
    encoder: Encode | None = _encoders.get((serializer, names), _MISSING)
    if encoder is _MISSING:
        encoder = _make_encoder(serializer, names)
        _encoders.put((serializer, names), encoder, _size_of(names))
    return encoder


def _make_encoder(serializer: type[EntitySerializer], names: frozenset[str]) -> Encode | None:
    found = _find_fields(serializer, names)
    readers = {name: _find_reader(serializer.Meta.model, field) for name, field in found.items()}
    if _speaks_for_itself(serializer) or None in readers.values():
        return None
    known: Any = readers
    return lambda row: {name: read(row) for name, read in known.items()}


def find_columns(serializer: type[EntitySerializer], names: frozenset[str]) -> Columns | None:
    """Return the columns that hold these fields; `None` if any field is not just a column."""
    columns: Columns | None = _columns.get((serializer, names), _MISSING)
    if columns is _MISSING:
        columns = _make_columns(serializer, names)
        _columns.put((serializer, names), columns, _size_of(names))
    return columns


def _make_columns(serializer: type[EntitySerializer], names: frozenset[str]) -> Columns | None:
    found = _find_fields(serializer, names)
    columns = [_find_column(serializer.Meta.model, field) for field in found.values()]
    if _speaks_for_itself(serializer) or None in columns:
        return None
    return tuple(column for column in columns if column)


def explain_instances(serializer: type[EntitySerializer], names: frozenset[str]) -> str:
    """Return what needs an instance to be shown, for `find_columns` found no columns."""
    if _speaks_for_itself(serializer):
        return f"{serializer.__name__}.to_representation"
    model = serializer.Meta.model
    own = (
        name
        for name, field in _find_fields(serializer, names).items()
        if _find_column(model, field) is None
    )
    return f"{serializer.__name__}.{next(own)}"


def _speaks_for_itself(serializer: type[EntitySerializer]) -> bool:
    return SHOW in serializer.overridden


def _find_fields(serializer: type[EntitySerializer], names: frozenset[str]) -> dict[str, Any]:
    fields = serializer().fields.items()
    return {name: field for name, field in fields if name in names and not field.write_only}


def _find_reader(model: Any, field: Any) -> Read | None:
    if getattr(field, "reads_alone", False):
        return lambda row: field.to_representation(field.get_attribute(row))
    column = _find_column(model, field)
    if column and column.is_followed:
        return lambda row: (
            None
            if (other := getattr(row, column.attribute, None)) is None
            else {"id": str(other.pk)}
        )
    return _read_value(column) if column else None


def _find_column(model: Any, field: Any) -> Column | None:
    if type(field) is ToOneLink:
        return _find_link(model, field)
    if type(field) is AnnotatedField:
        return _find_annotation(model, field)
    column = {column.name: column for column in model._meta.concrete_fields}.get(field.source)
    if field.field_name == ID:
        column = column or model._meta.pk
    if column is None:
        return None
    cls: Any = type(field)
    kind = find_kind(cls)
    if kind is None or kind.to_json is None:
        return None
    is_number = field.field_name == ID and has_integer_key(model)
    return Column(field.field_name, column.attname, kind.to_json, is_number=is_number)


def _find_annotation(model: Any, field: AnnotatedField) -> Column | None:
    kind = find_kind_of_annotation(model, field)
    if kind is None or kind.to_json is None:
        return None
    return Column(str(field.field_name), field.column, kind.to_json)


def _find_link(model: Any, field: Any) -> Column:
    link, name = find_model_link(model, str(field.source)), str(field.field_name)
    is_number = has_integer_key(link.related_model)
    if holds_id(link):
        return Column(name, link.attname, str, is_link=True, is_number=is_number)
    source = str(field.source)
    return Column(name, source, str, is_link=True, is_followed=True, is_number=is_number)


def _read_value(column: Column) -> Read:
    attribute, encode = column.attribute, column.encode
    if column.is_link:
        return lambda row: None if (key := getattr(row, attribute)) is None else {"id": str(key)}
    if encode is unchanged:
        return lambda row: getattr(row, attribute)
    return lambda row: None if (value := getattr(row, attribute)) is None else encode(value)
