"""Serializers of DRF in the form of the wire: `tracking_number` becomes `trackingNumber`, and a
related row is `{"id": "…"}`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from entity_api.description.link_fields import TakenRow, TakenRows
from entity_api.description.naming import camel_case

if TYPE_CHECKING:
    from collections.abc import Mapping

    SerializerField = serializers.Field[Any, Any, Any, Any]

VALIDATE = "validate_"


def rename_fields(fields: Mapping[str, SerializerField]) -> dict[str, SerializerField]:
    """Return the fields under their names on the wire; each keeps its source."""
    renamed = {}
    for name, field in fields.items():
        wire_name = camel_case(name)
        renamed[wire_name] = field
        if wire_name == name:
            continue
        if isinstance(field, serializers.SerializerMethodField):
            _set(field, "method_name", f"get_{name}")
        else:
            _set(field, "source", name)
    return renamed


def _set(field: Any, argument: str, value: str) -> None:
    """Give the field an argument that it lacks. DRF copies a field by its arguments."""
    if getattr(field, argument) is None:
        setattr(field, argument, value)
        field._kwargs = {**field._kwargs, argument: value}  # noqa: SLF001


def _convert(field: Any) -> None:
    """Give the field, or that of its items, the class for the wire."""
    nested: Any = getattr(field, "child", field)
    named: Any = type(nested)
    if isinstance(nested, serializers.Serializer):
        nested.__class__ = name_on_the_wire(named)
    elif isinstance(nested, serializers.PrimaryKeyRelatedField):
        nested.__class__ = _take_rows(named)
    elif isinstance(nested, serializers.ManyRelatedField):
        _convert(nested.child_relation)
        if isinstance(nested.child_relation, TakenRow):
            nested.__class__ = TakenRows


@cache
def _take_rows(field: type[Any]) -> type[Any]:
    # An author's class may have a queryset for the caller.
    return type(field.__name__, (TakenRow, field), {})


@cache
def name_on_the_wire(serializer: type[Any]) -> type[Any]:
    """Return the serializer with its fields, and those of nested serializers, as on the wire."""
    if not issubclass(serializer, serializers.Serializer):
        return serializer

    def get_fields(self: Any) -> dict[str, SerializerField]:
        fields = serializer.get_fields(self)
        for field in fields.values():
            _convert(field)
        return rename_fields(fields)

    hooks = {
        VALIDATE + camel_case(name.removeprefix(VALIDATE)): getattr(serializer, name)
        for name in dir(serializer)
        if name.startswith(VALIDATE)
    }
    named: type[Any] = type(
        serializer.__name__,
        (serializer,),
        {
            **hooks,
            "get_fields": get_fields,
            "__doc__": serializer.__doc__,
            "__module__": serializer.__module__,
            "__qualname__": serializer.__qualname__,
        },
    )
    return named
