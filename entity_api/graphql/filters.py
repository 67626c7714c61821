"""The input types of conditions: one for each kind of field, nullable or not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
)

from entity_api.description.entity import ColumnField
from entity_api.description.field_kind import IS_EMPTY, MODE, TAKE_LIST
from entity_api.description.json_values import JSONValue
from entity_api.description.scalars import JSON
from entity_api.graphql.descriptions import make_operator
from entity_api.query.operators import NULL

if TYPE_CHECKING:
    from entity_api.description.entity import EntityDescription

QueryMode = GraphQLEnumType("QueryMode", {"Default": "default", "Insensitive": "insensitive"})
# The operators of an option set beside its bare value. Each is an input field of its own.
ENUM_OPERATORS = ("not", "in", "notIn")


def list_conditions(field: ColumnField) -> dict[str, GraphQLInputType]:
    """Return the input fields of conditions on a field, by their names.

    Clients of the reference compare an option set with a bare value: `status: draft`. Its other
    operators are `status_not`, `status_in` and `status_notIn`.
    """
    type_: Any = field.kind.graphql
    if not _is_option_set(field):
        return {field.name: filter_of(field)}
    more = {f"{field.name}_{name}": _operand_type(name, type_) for name in ENUM_OPERATORS}
    return {field.name: type_, **more}


def _is_option_set(field: ColumnField) -> bool:
    return isinstance(field.kind.graphql, GraphQLEnumType) and not field.many


def merge_conditions(entity: EntityDescription, where: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `where` in which all conditions on an option set are operators of its field."""
    merged = dict(where)
    for name in (name for name, field in entity.columns.items() if _is_option_set(field)):
        operators = {
            operator: merged.pop(f"{name}_{operator}")
            for operator in ENUM_OPERATORS
            if f"{name}_{operator}" in merged
        }
        if operators:
            equals = {"equals": merged[name]} if name in merged else {}
            merged[name] = equals | operators
    return merged


def filter_of(field: ColumnField) -> GraphQLInputObjectType:
    """Return the type of conditions on a field, such as `StringNullableFilter`."""
    kind = field.kind
    operand: Any = kind.graphql_operand or kind.graphql
    middle = "Nullable" * field.nullable + "List" * kind.many
    name = kind.graphql_filter or f"{operand.name}{middle}Filter"
    operators = kind.graphql_operators or kind.operators
    # A type for null and not null alike has the operator for both.
    with_null = field.nullable or bool(kind.graphql_filter)
    return _make_filter(name, operand, (*operators, NULL) if with_null else operators)


@cache
def _make_filter(
    name: str, operand: GraphQLScalarType | GraphQLEnumType, operators: tuple[str, ...]
) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(
        name,
        {each: make_operator(_operand_type(each, operand), each) for each in operators},
        out_type=_mark_json if operand is JSON else None,
    )


def _operand_type(operator: str, operand: GraphQLScalarType | GraphQLEnumType) -> GraphQLInputType:
    if operator in TAKE_LIST:
        return GraphQLList(GraphQLNonNull(operand))
    others: dict[str, GraphQLInputType] = {
        MODE: QueryMode,
        IS_EMPTY: GraphQLBoolean,
        NULL: GraphQLBoolean,
    }
    return others.get(operator, operand)


def _mark_json(operators: Mapping[str, Any]) -> dict[str, Any]:
    """Return operators whose texts are JSON, and not texts in which JSON is written."""
    return {
        name: value if value is None or name == NULL else JSONValue(value)
        for name, value in operators.items()
    }
