"""The bounds on `where`: the number of its conditions, and of the values that it compares with."""

from __future__ import annotations

from collections.abc import Mapping

from entity_api.query.errors import refuse

# SQLite nests no more than 1,000 expressions. A condition takes up to three of them.
MAX_CONDITIONS = 200
# Together with the ids of the parents this stays below the 32,766 parameters that SQLite takes.
MAX_VALUES = 2_000


def limit_where(where: object) -> None:
    """Raise ValidationError for a `where` with too many conditions or too many values."""
    conditions, values = _measure(where)
    if conditions > MAX_CONDITIONS:
        detail = f"There may be at most {MAX_CONDITIONS} conditions in all."
        raise refuse(("where",), detail, "too_many")
    if values > MAX_VALUES:
        detail = f"Conditions may hold at most {MAX_VALUES} values in all."
        raise refuse(("where",), detail, "too_many")


def _measure(where: object) -> tuple[int, int]:
    """Return the number of conditions and of values. A mapping without names is a condition."""
    conditions = values = 0
    todo = [where]
    while todo:
        item = todo.pop()
        if isinstance(item, list) and any(isinstance(each, Mapping) for each in item):
            todo += item
        elif isinstance(item, Mapping) and item:
            todo += item.values()
        else:
            conditions += 1
            values += len(item) if isinstance(item, list) else 1
    return conditions, values
