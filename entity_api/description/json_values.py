"""Values of JSON fields: any JSON that both databases can hold, and how two values compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from api_http.faults import UNSTORABLE
from entity_api.description.values import BIG_RANGE

# Python's own writer of JSON fails at about 1,000 levels.
MAX_LEVELS = 100


@dataclass(frozen=True)
class JSONValue:
    """A value of a condition that is no text of a query string, but the JSON itself."""

    value: Any


def parse_json(value: object) -> Any:
    """Return the JSON that a text holds, or the JSON itself. Raises ValueError for no JSON."""
    if isinstance(value, JSONValue):
        value = value.value
    elif isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise ValueError('a JSON text, such as {"a": 1} or "a"') from None
    confirm_json(value)
    return value


def confirm_json(value: object) -> None:
    """Raise ValueError for JSON that no database would hold, or hold as it is."""
    if any(depth > MAX_LEVELS for depth, _ in _walk(value)):
        raise ValueError(f"JSON of at most {MAX_LEVELS} levels")
    texts = (each for _, each in _walk(value) if isinstance(each, str))
    if any(UNSTORABLE.search(text) for text in texts):
        raise ValueError("JSON without NUL and lone surrogates in its texts")
    numbers = (each for _, each in _walk(value) if isinstance(each, int))
    if any(number not in BIG_RANGE for number in numbers):
        raise ValueError("JSON with whole numbers of at most 64 bits")


def _walk(value: object) -> Iterator[tuple[int, object]]:
    """Yield each value and key with its level, down to the first level that is too deep."""
    waiting = [(1, value)]
    while waiting:
        level, found = waiting.pop()
        yield level, found
        if level > MAX_LEVELS:
            return
        if isinstance(found, dict):
            waiting += [(level, key) for key in found]
            waiting += [(level + 1, item) for item in found.values()]
        elif isinstance(found, list):
            waiting += [(level + 1, item) for item in found]


def write_sorted(value: Any) -> str:
    """Return JSON as one text for all values that are equal: key order and 1.0 for 1 are alike."""
    return orjson.dumps(_unify(value), option=orjson.OPT_SORT_KEYS).decode()


def _unify(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unify(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unify(item) for item in value]
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return int(value) if is_whole else value
