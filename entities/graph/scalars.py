"""How the kinds of fields read in GraphQL: in outputs, in inputs and as the value of a filter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLInt,
    GraphQLScalarType,
    GraphQLString,
)

from entities.query.entity import Kind


def write_moment(value: Any) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


def read_text(value: Any) -> str:
    # What the text says is judged by the query language and the serializer, in the same words as on REST.
    if not isinstance(value, str):
        raise TypeError("This must be a text.")
    return value


DateTime = GraphQLScalarType(
    "DateTime",
    description="A date and time in UTC (ISO 8601), such as 2026-01-31T12:00:00Z.",
    coerce_output_value=write_moment,
    coerce_input_value=read_text,
)
Date = GraphQLScalarType(
    "Date",
    description="A day (ISO 8601), such as 2026-01-31.",
    coerce_output_value=str,
    coerce_input_value=read_text,
)
SortOrder = GraphQLEnumType("SortOrder", {"Asc": "asc", "Desc": "desc"})
QueryMode = GraphQLEnumType("QueryMode", {"Default": "default", "Insensitive": "insensitive"})

# Numbers are Float, as the contract has it; only an integer's filter takes nothing but integers.
VALUES: Mapping[Kind, GraphQLScalarType] = {
    "id": GraphQLString,
    "text": GraphQLString,
    "integer": GraphQLFloat,
    "float": GraphQLFloat,
    "decimal": GraphQLFloat,
    "boolean": GraphQLBoolean,
    "datetime": DateTime,
    "date": Date,
}
OPERANDS: Mapping[Kind, GraphQLScalarType] = {**VALUES, "integer": GraphQLInt}
# The classes, by the names of types, whose values config.json writes in the very form that the type gives them; a Float
# is made of each number first.
FORMS: Mapping[str, frozenset[type]] = {
    GraphQLString.name: frozenset({str, UUID}),
    GraphQLFloat.name: frozenset({int, float}),
    GraphQLBoolean.name: frozenset({bool}),
    DateTime.name: frozenset({str, datetime}),
    Date.name: frozenset({str, date}),
}
