"""Values of a condition: text from a query string or a typed value from GraphQL becomes what the database compares."""

import re
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from entity_api.description.entity import Kind
from entity_api.query.errors import Path, refuse
from entity_api.query.moments import parse_day, parse_moment

# SQLite refuses a GLOB pattern over 50,000 bytes, and no text column is longer than this.
MAX_TEXT = 10_000
# An integer of any length compares with it, while turning one into a float may overflow; not a number never does.
FLOAT_MAX = sys.float_info.max
# Up to here a float holds every whole number.
FLOAT_EXACT = 2**53
INTEGER_RANGE = range(-(2**31), 2**31)
BIG_RANGE = range(-(2**63), 2**63)
# PostgreSQL keeps no NUL, and a surrogate by itself has no form in UTF-8.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_WHOLE = re.compile(r"-?\d{1,400}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?", re.ASCII)


def parse_id(value: object) -> UUID | None:
    """Read an id in its canonical form of 36 characters; None for anything else, which no row can have."""
    try:
        parsed = UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return parsed if parsed is not None and str(parsed) == str(value).lower() else None


def parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    if UNSTORABLE.search(value) or len(value) > MAX_TEXT:
        raise ValueError(f"a text of at most {MAX_TEXT} characters without NUL and lone surrogates")
    return value


def parse_number(value: object) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= FLOAT_MAX:
        raise ValueError("a number")
    return float(value)


def parse_integer(value: object) -> int:
    return _parse_whole(value, INTEGER_RANGE)


def parse_big_integer(value: object) -> int:
    return _parse_whole(value, BIG_RANGE)


def _parse_whole(value: object, allowed: range) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    number = value if type(value) is int else parse_number(value)
    is_exact = type(number) is int or abs(number) <= FLOAT_EXACT
    if not is_exact or number % 1 or int(number) not in allowed:
        raise ValueError(f"a whole number from {allowed.start} to {allowed.stop - 1}")
    return int(number)


def parse_decimal(value: object) -> Decimal:
    return (
        Decimal(value)
        if isinstance(value, str) and _NUMBER.fullmatch(value)
        else Decimal(str(parse_number(value)))
    )


def parse_boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError("true or false")


PARSERS: dict[Kind, Callable[[object], Any]] = {
    "id": parse_text,
    "text": parse_text,
    "integer": parse_integer,
    "bigint": parse_big_integer,
    "float": parse_number,
    "decimal": parse_decimal,
    "boolean": parse_boolean,
    "datetime": parse_moment,
    "date": parse_day,
}


def parse_value(kind: Kind, value: object, path: Path) -> Any:
    """Give the value as the database compares it, or refuse it saying what it may be."""
    try:
        return PARSERS[kind](value)
    except ValueError as error:
        raise refuse(path, f"This must be {error}.") from None
