"""The fields of the engine's serializers in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent

from entity_api.description.field_kind import FieldKind
from entity_api.description.kinds import KINDS
from entity_api.description.registry import find_kind_of
from entity_api.openapi.bodies import LINK


class ToOneLinkExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "entity_api.description.link_fields.ToOneLink"

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
    component = ResolvedComponent(
        kind.name, ResolvedComponent.SCHEMA, schema=dict(kind.openapi), object=kind.name
    )  # type: ignore[no-untyped-call]
    registry.register_on_missing(component)
    return dict(component.ref)


def find_default(field: Any) -> Any:
    """Return the value in JSON that a row gets where the body leaves out the field; else `None`."""
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    columns = {} if model is None else {each.name: each for each in model._meta.concrete_fields}
    column = columns.get(field.source)
    if column is None or not column.has_default() or callable(column.default):
        return None
    default = column.default
    return None if default is None else field.to_representation(default)
