"""Rows in wire form without a serializer: reading a field is one function of the row, found once.

A serializer copies all of its fields for each request, which takes longer than reading twenty rows with them. It is
still what writes, and what reads wherever somebody's own field or method has a say in the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from rest_framework import serializers

from entities.api import fields
from entities.api.serializer import EntitySerializer

Read = Callable[[Any], Any]
Encode = Callable[[Any], dict[str, Any]]


def encode_moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


# What a field of exactly this class makes of its value, None being null whatever the class.
ENCODERS: dict[type[Any], Callable[[Any], Any] | None] = {
    fields.BooleanField: None,
    fields.DateField: date.isoformat,
    fields.DateTimeField: encode_moment,
    fields.EmailField: None,
    fields.FloatField: None,
    fields.IdField: str,
    fields.IntegerField: None,
    fields.TextField: None,
}


# GraphQL asks for whatever fields a client selects, and of those there are more combinations than memory.
@lru_cache(maxsize=1024)
def find_encoder(serializer: type[EntitySerializer], names: frozenset[str]) -> Encode | None:
    """Give what encodes a row's fields of these names as the serializer would; None where only the serializer can."""
    if serializer.to_representation is not serializers.ModelSerializer.to_representation:
        return None
    readers: dict[str, Read] = {}
    for name, field in serializer().fields.items():
        if name not in names or field.write_only:
            continue
        reader = _find_reader(serializer.Meta.model, field)
        if reader is None:
            return None
        readers[name] = reader
    return lambda row: {name: read(row) for name, read in readers.items()}


def _find_reader(model: Any, field: Any) -> Read | None:
    source = field.source
    if getattr(field, "reads_alone", False):
        return lambda row: field.to_representation(field.get_attribute(row))
    if source not in {column.name for column in model._meta.concrete_fields}:
        return None
    if type(field) is fields.ToOneLink:
        column = model._meta.get_field(source)
        return _read_link(column.attname) if column.target_field.primary_key else None
    return _read_value(source, ENCODERS[type(field)]) if type(field) in ENCODERS else None


def _read_value(source: str, encode: Callable[[Any], Any] | None) -> Read:
    if encode is None:
        return lambda row: getattr(row, source)
    return lambda row: None if (value := getattr(row, source)) is None else encode(value)


def _read_link(attname: str) -> Read:
    return lambda row: None if (key := getattr(row, attname)) is None else {"id": str(key)}
