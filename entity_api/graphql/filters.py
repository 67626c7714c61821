"""The input types of conditions: one for each kind of field, nullable or not."""

from __future__ import annotations

from functools import cache

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
)

from entity_api.description.entity import ColumnField
from entity_api.description.kinds import LISTS, MODE
from entity_api.query.operators import NULL

QueryMode = GraphQLEnumType("QueryMode", {"Default": "default", "Insensitive": "insensitive"})


def filter_of(field: ColumnField) -> GraphQLInputObjectType:
    """Return the type of conditions on a field, such as `StringNullableFilter`."""
    kind = field.kind
    operand = kind.graphql_operand or kind.graphql
    name = f"{operand.name}NullableFilter" if field.nullable else f"{operand.name}Filter"
    operators = kind.graphql_operators or kind.operators
    return _make_filter(name, operand, (*operators, NULL) if field.nullable else operators)


@cache
def _make_filter(
    name: str, operand: GraphQLScalarType, operators: tuple[str, ...]
) -> GraphQLInputObjectType:
    types: dict[str, GraphQLInputType] = dict.fromkeys(operators, operand)
    for operator in operators:
        if operator in LISTS:
            types[operator] = GraphQLList(GraphQLNonNull(operand))
    own: dict[str, GraphQLInputType] = {MODE: QueryMode, NULL: GraphQLBoolean}
    types |= {operator: own[operator] for operator in operators if operator in own}
    return GraphQLInputObjectType(
        name, {operator: GraphQLInputField(type_) for operator, type_ in types.items()}
    )
