"""A page of a list: `where`, `search`, `orderBy`, `after`, `skip` and `take`, compiled and run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import OrderBy

from entity_api.description.entity import Arguments
from entity_api.description.values import parse_integer
from entity_api.query.errors import Path, refuse, refuse_unknown
from entity_api.query.filters import compile_where
from entity_api.query.following import compile_after
from entity_api.query.ordering import OrderKey, compile_order_by
from entity_api.query.position import read_position
from entity_api.query.scope import Scope
from entity_api.query.search import compile_search

MAX_SKIP = 2**31 - 1


@dataclass(frozen=True)
class ListQuery:
    """A compiled list: the condition, the order, the rows to skip, and the most rows to return."""

    where: Q
    keys: tuple[OrderKey, ...]
    skip: int
    take: int

    @property
    def order_by(self) -> list[OrderBy]:
        return [key.term for key in self.keys]

    @property
    def linked_keys(self) -> dict[str, Any]:
        """Return the expressions of the keys that are fields of linked rows, by their columns."""
        return {key.column: key.expression for key in self.keys if key.is_linked}


def compile_query(scope: Scope, arguments: Arguments, max_take: int) -> ListQuery:
    """Return the compiled arguments of a list; `max_take` is the most rows of a page.

    Raises ValidationError, with the path to the fault, for a wrong argument.
    """
    for name in arguments:
        if name not in ("where", "search", "orderBy", "after", "skip", "take"):
            raise refuse_unknown((name,), "parameter")
    given = {name: value for name, value in arguments.items() if value is not None}
    where = compile_condition(scope, given)
    keys = compile_order_by(scope, given.get("orderBy", []))
    if "after" in given:
        where &= compile_after(keys, read_position(keys, given["after"]))
    return ListQuery(
        where,
        keys,
        skip=_parse_bounded(arguments.get("skip"), ("skip",), MAX_SKIP, default=0),
        take=_parse_bounded(arguments.get("take"), ("take",), max_take, default=max_take),
    )


def compile_condition(scope: Scope, arguments: Arguments) -> Q:
    """Return what `where` and `search` demand of a row. Raises ValidationError."""
    where = arguments.get("where")
    condition = compile_where(scope, {} if where is None else where)
    search = arguments.get("search")
    return condition if search is None else condition & compile_search(scope, search)


def _parse_bounded(value: object, path: Path, most: int, default: int) -> int:
    if value is None:
        return default
    try:
        number = parse_integer(value)
    except ValueError:
        number = -1
    if not 0 <= number <= most:
        raise refuse(path, f"This must be a whole number from 0 to {most}.")
    return number


def select_page(rows: QuerySet[Any], query: ListQuery) -> QuerySet[Any]:
    """Return the rows of a page and the row after it, which shows that the list goes on."""
    keyed = rows.annotate(**query.linked_keys) if query.linked_keys else rows
    return keyed.filter(query.where).order_by(*query.order_by)[
        query.skip : query.skip + query.take + 1
    ]
