"""The use cases of entities, which REST, GraphQL, the admin and commands share: reading.

`view` is a viewset that acts for a caller and was opened for the action. It has asked the
permission classes whether the caller may do this at all. Writing is in
entity_api/writing/operations.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.db import connections
from rest_framework.exceptions import NotFound

from entity_api.access import deny_field, deny_row, find_access
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.hooks import EntityHooks
from entity_api.opening import open_entity
from entity_api.query.paging import compile_condition
from entity_api.query.position import write_position
from entity_api.reading.computing import COMPUTING_ERRORS, refuse_uncomputable
from entity_api.reading.presenting import key_of
from entity_api.reading.reading import Reading, Row, Wanted, prepare_reading
from entity_api.reading.replica import read_from_replica
from entity_api.reading.scopes import find_scope
from entity_api.reading.selections import (
    PARENT,
    ById,
    ByIds,
    ChildrenOf,
    GivenValues,
    LinkedTo,
    Page,
)
from runtime.replica import ALIAS as REPLICA

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from entity_api.description.entity import Relation
    from entity_api.query.paging import ListQuery

ID = frozenset({"id"})
Read = TypeVar("Read", bound="Callable[..., Any]")


@dataclass(frozen=True)
class PageOfRows:
    """Rows of a list in wire form, and where the next page begins.

    `fields` are those of the rows that the caller may see. `end` is the `skip` of the next page.
    `find_position` returns its `after`; None where the rows do not show all that it needs.
    """

    rows: list[Row]
    fields: frozenset[str]
    has_more: bool
    end: int
    find_position: Callable[[], str | None]


def from_replica(read: Read) -> Read:
    """Let an operation read from the project's replica, if it has one (runtime/replica.py)."""

    @wraps(read)
    def run(view: EntityHooks, *args: Any, **kwargs: Any) -> Any:
        if REPLICA not in connections.settings:
            return read(view, *args, **kwargs)
        return read_from_replica(view, partial(read, view, *args, **kwargs))

    return cast("Read", run)


@from_replica
def read_page(view: EntityHooks, page: Page, wanted: Wanted = None) -> PageOfRows:
    """Return a page of the rows that the caller may see. Raises ValidationError."""
    return _read_page(view, prepare_reading(view, page, wanted))


@from_replica
def read_row(view: EntityHooks, key: str, wanted: Wanted = None) -> tuple[Row, frozenset[str]]:
    """Return the row with this id, and its fields that the caller may see. Raises NotFound."""
    reading = prepare_reading(view, ById(view.model), wanted)
    found = reading.fetch(key=key, **find_access(view, "retrieve").values)
    if not found:
        raise deny_row(view, "retrieve")
    return found[0], reading.fields


@from_replica
def count_rows(view: EntityHooks, page: Page, **values: Any) -> int:
    """Return how many rows meet the page's `where` and `search`, without `skip` and `take`."""
    condition = compile_condition(find_scope(view), page.arguments)
    rows = page.choose(view.rows("list"), GivenValues(values)).filter(condition)
    try:
        return rows.count()
    except COMPUTING_ERRORS as error:
        refuse_uncomputable(error, rows)
        raise


def find_relation(view: EntityHooks, name: str, action: str) -> Relation:
    """Return a relation to many. Raises PermissionDenied, NotAuthenticated or NotFound."""
    if name not in view.permit(action):
        raise deny_field(view, action, name)
    relation = describe_entity(type(view)).relations[name]
    if relation.target not in VIEWSETS:
        raise NotFound
    return relation


@from_replica
def read_linked(
    view: EntityHooks, key: str, page: LinkedTo, *, counts: bool = False
) -> tuple[PageOfRows, int | None]:
    """Return a page of the rows that the page's relation links to the row `key`.

    With `counts` the number of all these rows comes with it. Raises NotFound for the row `key`,
    and PermissionDenied or NotAuthenticated where the caller may not list the linked rows.
    """
    target: EntityHooks = VIEWSETS[page.relation.target].open(view.request, "list")
    parent = key_of(view.model, read_row(view, key, ID)[0])
    found = _read_page(target, prepare_reading(target, page), parent=parent)
    return found, count_rows(target, page, parent=parent) if counts else None


@from_replica
def read_by_ids(
    target: EntityHooks, ids: Collection[Any], wanted: Wanted
) -> tuple[list[Row], frozenset[str]]:
    """Return the rows with these ids that the caller may see, and their fields."""
    reading = prepare_reading(target, ByIds(), wanted)
    return reading.fetch(ids=ids, **find_access(target, "retrieve").values), reading.fields


@from_replica
def read_children(
    target: EntityHooks,
    page: ChildrenOf,
    parents: Collection[Any],
    wanted: Wanted,
    *,
    limit: int,
) -> tuple[list[Row], frozenset[str]]:
    """Return a page of rows for each parent, each row with its parent's id under PARENT.

    At most `limit` rows are read in all. Raises ValidationError for a wrong argument.
    """
    reading = prepare_reading(target, page, wanted)
    if not parents:
        return [], reading.fields
    values = find_access(target, "list").values
    rows = reading.fetch(limit=limit, parents=parents, **values)
    if page.relation.may_repeat:
        rows = list({(row[PARENT], row["id"]): row for row in rows}.values())
    return rows, reading.fields


def _read_page(view: EntityHooks, reading: Reading, **values: Any) -> PageOfRows:
    query: Any = reading.query
    found, sources = reading.read(None, {**values, **find_access(view, "list").values})
    rows = found[: query.take]
    end = query.skip + len(rows)
    has_more = len(found) > query.take and bool(rows)
    find = partial(_find_position, view, query, rows, sources)
    return PageOfRows(rows, reading.fields, has_more, end, find)


def _find_position(
    view: EntityHooks, query: ListQuery, rows: list[Row], sources: list[Any]
) -> str | None:
    """Return the `after` of the next page. A link that may read as null has no position."""
    models = [key.link.target for key in query.keys if key.link]
    targets = [open_entity(view.request, model, "retrieve") for model in models]
    if not all(target and target.reaches_all("retrieve") for target in targets):
        return None
    return write_position(query.keys, rows[-1], sources[len(rows) - 1])
