"""The bounds on a request: rows and values, for any selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.request import Request

from entity_api.graphql.outputs import LINK_MARK
from entity_api.query.errors import refuse

if TYPE_CHECKING:
    from entity_api.graphql.selection import SelectionSet

MOST_ROWS = 20_000
MOST_VALUES = 100_000


class Budget:
    """How many rows a request may still read, and how many values its answer may still have."""

    def __init__(self) -> None:
        self.rows = MOST_ROWS
        self._values = MOST_VALUES

    @classmethod
    def of(cls, request: Request) -> Budget:
        """Return the budget of the request, which all of its fields share."""
        kept = vars(request)
        if "row_budget" not in kept:
            kept["row_budget"] = cls()
        budget: Budget = kept["row_budget"]
        return budget

    def spend_rows(self, rows: int) -> None:
        self.rows -= rows
        if self.rows < 0:
            detail = f"This would read more than {MOST_ROWS} rows; ask for fewer with take."
            raise refuse(("take",), detail, "too_many")

    def spend_values(self, rows: list[Any], selection: SelectionSet) -> None:
        """Spend the values of these rows, and of the rows below them, before any is written."""
        self._values -= count_values(rows, [1] * len(rows), selection)
        if self._values < 0:
            detail = (
                f"The answer would have more than {MOST_VALUES} values; ask for fewer rows with "
                "take."
            )
            raise refuse(("take",), detail, "too_many")


def count_values(rows: list[Any], times: list[int], selection: SelectionSet) -> int:
    """Count the values that rows have in an answer where each stands so many times.

    A row that many others link to is read once, and written for each of them with all that is below
    it.
    """
    values = sum(times) * len(selection.keys)
    for field in selection.fields:
        if not field.below.keys:
            continue
        linked: dict[int, list[Any]] = {}
        for row, count in zip(rows, times, strict=True):
            mark = LINK_MARK + field.key
            # A value that is an object, and no linked row, stands under its own name.
            found = row[mark] if mark in row else row[field.name]
            for each in found if isinstance(found, list) else [found] * (found is not None):
                linked.setdefault(id(each), [each, 0])[1] += count
        below = list(linked.values())
        values += count_values(
            [row for row, _ in below], [count for _, count in below], field.below
        )
    return values
