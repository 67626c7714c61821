"""One page of a list: the whole of `where`, `orderBy`, `after`, `skip` and `take`, compiled and run."""

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

MAX_SKIP = 2**31 - 1


@dataclass(frozen=True)
class ListQuery:
    """A compiled list request: which rows, in which order, how many to pass over and to give at most."""

    where: Q
    keys: tuple[OrderKey, ...]
    skip: int
    take: int

    @property
    def order_by(self) -> list[OrderBy]:
        return [key.term for key in self.keys]


@dataclass(frozen=True)
class Page:
    """Rows of a list, whether more follow them, and where these would begin: the `skip` of the next page.

    With the keys of the order a client can be told a better place, after the last row.
    """

    rows: list[Any]
    has_more: bool
    end: int
    keys: tuple[OrderKey, ...] = ()


def compile_query(scope: Scope, arguments: Arguments, max_take: int) -> ListQuery:
    """Compile the arguments of a list. Raises ValidationError, with the path to the fault, for any wrong one."""
    for name in arguments:
        if name not in ("where", "orderBy", "after", "skip", "take"):
            raise refuse_unknown((name,), "parameter")
    where = compile_where(scope, {} if (where := arguments.get("where")) is None else where)
    keys = compile_order_by(
        scope, [] if (order_by := arguments.get("orderBy")) is None else order_by
    )
    if (after := arguments.get("after")) is not None:
        where &= compile_after(keys, read_position(keys, after))
    return ListQuery(
        where,
        keys,
        skip=_parse_bounded(arguments.get("skip"), ("skip",), MAX_SKIP, default=0),
        take=_parse_bounded(arguments.get("take"), ("take",), max_take, default=max_take),
    )


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
    """Select one row more than asked for: it tells, without a count, whether the list goes on."""
    return rows.filter(query.where).order_by(*query.order_by)[
        query.skip : query.skip + query.take + 1
    ]


def cut_page(found: list[Any], query: ListQuery) -> Page:
    """Make the page of what `select_page` found."""
    given = found[: query.take]
    return Page(
        given, has_more=len(found) > query.take, end=query.skip + len(given), keys=query.keys
    )


def fetch_page(rows: QuerySet[Any], query: ListQuery) -> Page:
    return cut_page(list(select_page(rows, query)), query)
