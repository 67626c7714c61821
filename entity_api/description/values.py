"""Parsers of the values of conditions.

A value is a text of a query string, or a typed value of GraphQL. A parser returns it as the
database compares it, or raises ValueError with the words that follow "This must be" in an error.
"""

import re
import sys
from decimal import Decimal
from ipaddress import ip_address
from uuid import UUID

from django.db.models import DecimalField, Value

from api_http.faults import UNSTORABLE

# SQLite refuses a GLOB pattern over 50,000 bytes, and no text column is longer than this.
MAX_TEXT = 10_000
# Python compares an integer of any length with it. To make a float of that may overflow.
FLOAT_MAX = sys.float_info.max
# Up to here a float holds every whole number.
FLOAT_EXACT = 2**53
INTEGER_RANGE = range(-(2**31), 2**31)
BIG_RANGE = range(-(2**63), 2**63)
_WHOLE = re.compile(r"-?\d{1,400}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?", re.ASCII)


def parse_id(value: object) -> UUID | None:
    """Return an id from its canonical form of 36 characters; `None` for any other value."""
    try:
        parsed = UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return parsed if parsed is not None and str(parsed) == str(value).lower() else None


def parse_known_id(value: object) -> UUID:
    if (parsed := parse_id(value)) is None:
        raise ValueError("an id")
    return parsed


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
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    # The shortest decimal of a float is the one that the client wrote.
    return Decimal(value if type(value) is int else str(parse_number(value)))


def compare_decimal(value: object) -> Value:
    """Return a decimal with all of its digits. Django would cut it to the digits of the column."""
    return Value(parse_decimal(value), DecimalField())


def write_decimal(value: Decimal) -> str:
    return f"{value:f}"


def parse_address(value: object) -> str:
    """Return an IP address in its usual form."""
    try:
        # A number would be an address, too.
        return str(ip_address(value if isinstance(value, str) else ""))
    except ValueError:
        raise ValueError("an IP address") from None


def parse_boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError("true or false")
