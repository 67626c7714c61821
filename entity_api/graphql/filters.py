"""The input types of conditions: one for each kind of field, nullable or not."""

from __future__ import annotations

from functools import cache

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
)

from entity_api.description.entity import ColumnField, Kind
from entity_api.graphql.scalars import OPERANDS, QueryMode

_NAMES: dict[Kind, str] = {"id": "String", "text": "String", "integer": "Int", "boolean": "Boolean"}
_LISTS = ("in", "notIn")
_RANGE = ("lt", "lte", "gt", "gte")
_TEXT = ("contains", "startsWith", "endsWith")


def filter_of(field: ColumnField) -> GraphQLInputObjectType:
    """Give the type of conditions on a field, such as `StringNullableFilter`."""
    base = _NAMES.get(field.kind, OPERANDS[field.kind].name)
    return _make_filter(
        f"{base}NullableFilter" if field.nullable else f"{base}Filter", _plain(field.kind)
    )


def _plain(kind: Kind) -> Kind:
    # An id is filtered as the text that it is on the wire; numbers with fractions are all alike.
    return {"id": "text", "decimal": "float"}.get(kind, kind)  # type: ignore[return-value]


@cache
def _make_filter(name: str, kind: Kind) -> GraphQLInputObjectType:
    operand = OPERANDS[kind]
    fields: dict[str, GraphQLInputType] = {"equals": operand, "not": operand}
    if kind != "boolean":
        fields |= {operator: GraphQLList(GraphQLNonNull(operand)) for operator in _LISTS}
        fields |= dict.fromkeys(_RANGE, operand)
    if kind == "text":
        fields |= {**dict.fromkeys(_TEXT, operand), "mode": QueryMode}
    return GraphQLInputObjectType(
        name, {operator: GraphQLInputField(type_) for operator, type_ in fields.items()}
    )
