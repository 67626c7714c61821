"""The fields of the engine's serializers in the OpenAPI document."""

from __future__ import annotations

from decimal import Decimal
from numbers import Number
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import UniqueConstraint, Value
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from entity_api.description.field_kind import FieldKind
from entity_api.description.fields import ChoiceField
from entity_api.description.kinds import KINDS
from entity_api.description.registry import find_kind_of
from entity_api.openapi.bodies import LINK


class ToOneLinkExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.link_fields.ToOneLink"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        # A link that every row has reads as null for a caller who may not see the linked row.
        if direction == "response" and not self.target.allow_null:
            return {**LINK, "type": ["object", "null"]}
        return dict(LINK)


class TakenRowExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.link_fields.TakenRow"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(LINK)


class ToManyLinksExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.link_fields.ToManyLinks"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        verbs = ("connect",) if auto_schema.method == "POST" else ("connect", "disconnect", "set")
        links = {"type": "array", "items": LINK}
        return {
            "type": "object",
            "properties": dict.fromkeys(verbs, links),
            "additionalProperties": False,
        }


class ComputedFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.computed.ComputedField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        field = self.target
        value = dict(KINDS[field.kind or field.items].openapi)
        return {"type": "array", "items": value} if field.items else value


class AnnotatedFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.annotated.AnnotatedField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(_find_kind(self.target).openapi)


class ChoiceFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """An option set is a component: its values have a name in each generated client."""

    target_class = "entity_api.description.fields.ChoiceField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(_find_kind(self.target).openapi)

    def get_name(self) -> str:
        return _find_kind(self.target).name


class FileFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.file_field.FileField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(KINDS["file"].openapi)

    def get_name(self) -> str:
        return KINDS["file"].graphql.name


class ChoiceListFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.fields.ChoiceListField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        items = name_value(auto_schema.registry, _find_kind(self.target))
        return {"type": "array", "items": items, "uniqueItems": True}


class DurationFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.fields.DurationField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(KINDS["duration"].openapi)


class TimeFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.fields.TimeField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(KINDS["time"].openapi)


class IntegerKeyFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.key_fields.IntegerKeyField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(KINDS["id"].openapi)


def _find_kind(field: Any) -> FieldKind:
    kind = find_kind_of(field.parent.Meta.model, field.field_name, field)
    if kind is None:
        raise TypeError(f"{field.field_name} has no kind.")
    return kind


def name_value(registry: Any, kind: FieldKind) -> dict[str, Any]:
    """Return the schema of a value in a condition or a list; of an option set its component."""
    if "enum" not in kind.openapi:
        # JSON in a query string is a text.
        return dict(kind.openapi) or {"type": "string", "contentMediaType": "application/json"}
    # The same object as drf-spectacular gives it for the field, so that it warns of no clash.
    component = ResolvedComponent(
        kind.name, ResolvedComponent.SCHEMA, schema=dict(kind.openapi), object=ChoiceField
    )  # type: ignore[no-untyped-call]
    registry.register_on_missing(component)
    return dict(component.ref)


def find_default(field: Any) -> Any:
    """Return the value in JSON that a row gets where the body leaves out the field; else `None`."""
    column = _find_column(field)
    given = None if column is None else _read_default(column)
    # A boolean column without null refuses to read None.
    default = None if given is None else column.to_python(given)
    if isinstance(default, Decimal) and hasattr(field, "quantize"):
        default = field.quantize(default)
    return None if default is None else field.to_representation(default)


def describe_rules(field: Any) -> str:
    """Return the bounds of the field and what the database does with it, in sentences."""
    sentences = _describe_range(field)
    column = _find_column(field)
    if column is None:
        return " ".join(sentences)
    if column.unique or _is_unique_alone(column):
        sentences.append("No two rows have the same value.")
    if column.has_db_default() and _read_default(column) is None:
        sentences.append("Without a value the database chooses it.")
    return " ".join(sentences)


def _describe_range(field: Any) -> list[str]:
    """Return the range of values that are texts in JSON: OpenAPI has words for numbers alone."""
    if isinstance(field, serializers.IntegerField | serializers.FloatField):
        return []
    words = {MinValueValidator: "At least", MaxValueValidator: "At most"}
    return [
        f"{words[type(each)]} {_show_limit(field, each.limit_value)}."
        for each in field.validators
        if type(each) in words
    ]


def _show_limit(field: Any, given: Any) -> str:
    limit = given() if callable(given) else given
    return str(limit if isinstance(limit, Number) else field.to_representation(limit))


def _find_column(field: Any) -> Any:
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    columns = () if model is None else model._meta.concrete_fields
    return next((each for each in columns if each.name == field.source), None)


def _read_default(column: Any) -> Any:
    """Return the default of a column; `None` for one that is computed for each row."""
    if column.has_default():
        return None if callable(column.default) else column.default
    given = column.db_default if column.has_db_default() else None
    if isinstance(given, Value):
        return given.value
    return None if hasattr(given, "resolve_expression") else given


def _is_unique_alone(column: Any) -> bool:
    """Return whether a constraint makes the column unique, without others and in all rows."""
    return any(
        tuple(getattr(each, "fields", ())) == (column.name,) and each.condition is None
        for each in column.model._meta.constraints
        if isinstance(each, UniqueConstraint)
    )
