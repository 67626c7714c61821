"""The GraphQL types of values for which GraphQL itself has no type."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal as Number
from typing import Any

from graphql import GraphQLScalarType

from api_http.json import write_duration, write_moment
from entity_api.description.json_values import confirm_json
from entity_api.description.values import FLOAT_EXACT, parse_decimal, write_decimal

_DIGITS = re.compile(r"-?\d{1,20}", re.ASCII)


def _write_time(value: Any) -> str:
    return write_moment(value) if isinstance(value, datetime) else str(value)


def _read_text(value: Any) -> str:
    # The query language and the serializer judge the text, in the same words as on REST.
    if not isinstance(value, str):
        raise TypeError("This must be a text.")
    return value


def _write_duration(value: Any) -> str:
    return write_duration(value) if isinstance(value, timedelta) else str(value)


def _write_decimal(value: Any) -> str:
    return write_decimal(value) if isinstance(value, Number) else str(value)


def _read_decimal(value: Any) -> Any:
    parse_decimal(value)
    return value


def _read_json(value: Any) -> Any:
    confirm_json(value)
    return value


def _write_big_integer(value: Any) -> int | str:
    return value if abs(value) <= FLOAT_EXACT else str(value)


def _read_big_integer(value: Any) -> int:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if type(value) is int or (type(value) is float and abs(value) <= FLOAT_EXACT and not value % 1):
        return int(value)
    raise TypeError("This must be a whole number, or a text of its digits.")


DateTime = GraphQLScalarType(
    "DateTime",
    description="A date and time in UTC (RFC 3339), such as 2026-01-31T12:00:00.000Z.",
    coerce_output_value=_write_time,
    coerce_input_value=_read_text,
)
Date = GraphQLScalarType(
    "Date",
    description="A day (RFC 3339), such as 2026-01-31.",
    coerce_output_value=str,
    coerce_input_value=_read_text,
)
BigInt = GraphQLScalarType(
    "BigInt",
    description=(
        "A whole number of up to 64 bits. One that a Float cannot hold exactly is written as a "
        "text of digits."
    ),
    coerce_output_value=_write_big_integer,
    coerce_input_value=_read_big_integer,
)
Time = GraphQLScalarType(
    "Time",
    description="A time of a day without a zone (RFC 3339), such as 12:30:00.",
    coerce_output_value=str,
    coerce_input_value=_read_text,
)
Duration = GraphQLScalarType(
    "Duration",
    description="A duration (ISO 8601) in days, hours, minutes and seconds, such as P1DT12H.",
    coerce_output_value=_write_duration,
    coerce_input_value=_read_text,
)
Decimal = GraphQLScalarType(
    "Decimal",
    description="A decimal number as a text that keeps its digits. A number is taken as well.",
    coerce_output_value=_write_decimal,
    coerce_input_value=_read_decimal,
)
JSON = GraphQLScalarType(
    "JSON",
    description="Any JSON value.",
    coerce_input_value=_read_json,
)
