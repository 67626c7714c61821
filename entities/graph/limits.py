"""What one request may ask the database for, whatever it selects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request

from entities.query.entity import Arguments
from entities.query.errors import refuse

# Together with the ids of the parents this stays below the 32,766 parameters that SQLite takes.
MOST_OPERANDS = 2_000
MOST_ROWS = 20_000


def limit_operands(arguments: Arguments) -> None:
    """Refuse a `where` that compares with too many values; REST's is limited by its number of parameters."""
    if _count_operands(arguments.get("where")) > MOST_OPERANDS:
        raise refuse(("where",), f"Conditions may hold at most {MOST_OPERANDS} values in all.", "too_many")


def _count_operands(value: Any) -> int:
    if isinstance(value, Mapping | list):
        return sum(map(_count_operands, value.values() if isinstance(value, Mapping) else value))
    return 1


class RowBudget:
    """How many rows a request may still read."""

    def __init__(self) -> None:
        self.left = MOST_ROWS

    @classmethod
    def of(cls, request: Request) -> RowBudget:
        """Give the budget of the request, which all of its fields share."""
        budget: RowBudget = vars(request).setdefault("row_budget", cls())
        return budget

    def spend(self, rows: int) -> None:
        self.left -= rows
        if self.left < 0:
            raise refuse(("take",), f"This would read more than {MOST_ROWS} rows; ask for fewer with take.", "too_many")
