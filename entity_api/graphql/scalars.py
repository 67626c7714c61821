"""How the kinds of fields read in GraphQL: in outputs, in inputs and as the value of a filter."""

from __future__ import annotations

import re
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

from entity_api.description.entity import Kind
from entity_api.query.moments import write_moment
from entity_api.query.values import FLOAT_EXACT

_DIGITS = re.compile(r"-?\d{1,20}", re.ASCII)


def write_time(value: Any) -> str:
    return write_moment(value) if isinstance(value, datetime) else str(value)


def read_text(value: Any) -> str:
    # What the text says is judged by the query language and the serializer, in the same words as on REST.
    if not isinstance(value, str):
        raise TypeError("This must be a text.")
    return value


def write_big_integer(value: Any) -> int | str:
    return value if abs(value) <= FLOAT_EXACT else str(value)


def read_big_integer(value: Any) -> int:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if type(value) is int or (type(value) is float and abs(value) <= FLOAT_EXACT and not value % 1):
        return int(value)
    raise TypeError("This must be a whole number, or a text of its digits.")


DateTime = GraphQLScalarType(
    "DateTime",
    description="A date and time in UTC (RFC 3339), such as 2026-01-31T12:00:00.000Z.",
    coerce_output_value=write_time,
    coerce_input_value=read_text,
)
Date = GraphQLScalarType(
    "Date",
    description="A day (RFC 3339), such as 2026-01-31.",
    coerce_output_value=str,
    coerce_input_value=read_text,
)
BigInt = GraphQLScalarType(
    "BigInt",
    description="A whole number of up to 64 bits. One that a Float cannot hold exactly is written as a text of digits.",
    coerce_output_value=write_big_integer,
    coerce_input_value=read_big_integer,
)
SortOrder = GraphQLEnumType("SortOrder", {"Asc": "asc", "Desc": "desc"})
QueryMode = GraphQLEnumType("QueryMode", {"Default": "default", "Insensitive": "insensitive"})

# Numbers are Float, as the contract has it; only an integer's filter takes nothing but integers.
VALUES: Mapping[Kind, GraphQLScalarType] = {
    "id": GraphQLString,
    "text": GraphQLString,
    "integer": GraphQLFloat,
    "bigint": BigInt,
    "float": GraphQLFloat,
    "decimal": GraphQLFloat,
    "boolean": GraphQLBoolean,
    "datetime": DateTime,
    "date": Date,
}
OPERANDS: Mapping[Kind, GraphQLScalarType] = {**VALUES, "integer": GraphQLInt}
# The classes, by the names of types, whose values api_http.json writes in the very form that
# the type gives them. A Float is made of each number first.
FORMS: Mapping[str, frozenset[type]] = {
    GraphQLString.name: frozenset({str, UUID}),
    GraphQLFloat.name: frozenset({int, float}),
    GraphQLBoolean.name: frozenset({bool}),
    DateTime.name: frozenset({str, datetime}),
    Date.name: frozenset({str, date}),
}
