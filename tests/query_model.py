"""A second, naive reading of the query language: plain Python over plain rows, to hold the
databases against.
"""

from collections.abc import Callable, Iterator
from operator import ge, gt, le, lt
from typing import Any
from urllib.parse import urlencode

Row = dict[str, Any]
Where = dict[str, Any]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, operand: value == operand,
    "not": lambda value, operand: value != operand,
    "in": lambda value, operand: value in operand,
    "notIn": lambda value, operand: value not in operand,
    "contains": lambda value, operand: operand in value,
    "startsWith": lambda value, operand: value.startswith(operand),
    "endsWith": lambda value, operand: value.endswith(operand),
}
ORDER: dict[str, Callable[[Any, Any], bool]] = {"lt": lt, "lte": le, "gt": gt, "gte": ge}
QUANTIFIERS: dict[str, Callable[[Iterator[bool]], bool]] = {
    "some": any,
    "every": all,
    "none": lambda found: not any(found),
}


def meets(row: Row, where: Where) -> bool:
    return all(_meets_field(row[name], condition) for name, condition in where.items())


def _meets_field(value: Any, condition: Any) -> bool:
    if isinstance(value, list):
        return all(
            QUANTIFIERS[word](meets(row, where) for row in value)
            for word, where in condition.items()
        )
    if isinstance(value, dict):
        return bool(value["id"] == condition["id"])
    operators = condition if isinstance(condition, dict) else {"equals": condition}
    folded = operators.get("mode") == "insensitive"
    return all(
        _compare(value, word, operand, folded=folded)
        for word, operand in operators.items()
        if word != "mode"
    )


def _compare(value: Any, word: str, operand: Any, *, folded: bool) -> bool:
    if value is None:
        return False
    if word in ORDER:
        return ORDER[word](value, operand)
    return COMPARE[word](_fold(value), _fold(operand)) if folded else COMPARE[word](value, operand)


def _fold(value: Any) -> Any:
    if isinstance(value, list):
        return [_fold(item) for item in value]
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in value)


def sort_rows(rows: list[Row], order_by: list[tuple[str, str]]) -> list[Row]:
    """Sort by each field in turn, nulls after all else; descending is the whole reverse.

    The id breaks ties.
    """
    terms = [*order_by, ("id", order_by[-1][1] if order_by else "asc")]
    for name, direction in reversed(terms):
        # Python's sort keeps the order of equals in reverse, too.
        rows = sorted(
            rows,
            key=lambda row: (row[name] is None, row[name] if row[name] is not None else 0),
            reverse=direction == "desc",
        )
    return rows


def encode(where: Where, order_by: list[tuple[str, str]], **page: int) -> str:
    """Write a query string as a client does."""
    pairs = [*_flatten("where", where), *((f"orderBy[{name}]", word) for name, word in order_by)]
    return urlencode([*pairs, *((name, str(number)) for name, number in page.items())])


def _flatten(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flatten(f"{prefix}[{name}]", inner)
    elif isinstance(value, list):
        yield from ((prefix, str(item)) for item in value)
    else:
        yield prefix, str(value)
