"""How rows are read for callers of one standing, worked out once: the columns they may see, the SQL, which links lead
to rows that they may not see. What is asked again is answered by the database alone.

Where a viewset, a serializer or a permission class has its own way of it, there is no plan, and the viewset's methods
read each time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings

from api_http.caller import is_known
from entity_api.access import find_standing
from entity_api.description.hooks import READING
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.description.values import parse_id
from entity_api.links import blank_unseen, find_link_scope, open_linked
from entity_api.query.paging import Page, compile_query, cut_page, select_page
from entity_api.query.parameters import read_parameters
from entity_api.reading.encoder import Column, Columns, find_columns
from statements.cache import BoundedCache
from statements.statement import Columns as ModelColumns
from statements.statement import Parameter, Statement

if TYPE_CHECKING:
    from collections.abc import Set

    from django.db.models import Model, QuerySet

    from entity_api.description.entity import Arguments, Relation
    from entity_api.query.paging import ListQuery
    from entity_api.rest.viewset import EntityViewSet

Plan = TypeVar("Plan")
# Whoever asks for something else each time must not fill the memory with what nobody repeats.
LONGEST_QUERY = 500
# Bytes of a plan, and of it for each character that asks for it.
PLAN_SIZE = 8_000
CHARACTER_SIZE = 30
_plans: BoundedCache[Any] = BoundedCache(12 * 2**20)
# Where callers need no credentials: strangers never drop what those with credentials ask for.
_public_plans: BoundedCache[Any] = BoundedCache(2 * 2**20)
_MISSING: Any = object()


@dataclass(frozen=True)
class Reading:
    """A statement, and what its rows become for the caller."""

    statement: Statement
    columns: Columns
    names: Set[str]
    has_unseen: bool

    def fetch(self, viewset: EntityViewSet, **values: Any) -> list[dict[str, Any]]:
        shown = self.columns.encode(self.statement.fetch(**values))
        return blank_unseen(viewset, shown, self.names) if self.has_unseen else shown


@dataclass(frozen=True)
class ListPlan:
    """How a list with these arguments is read."""

    reading: Reading
    arguments: Arguments
    query: ListQuery

    def fetch(self, viewset: EntityViewSet) -> Page:
        """Give the page, its rows in wire form."""
        return cut_page(self.reading.fetch(viewset), self.query)


@dataclass(frozen=True)
class RowPlan:
    """How single rows are read."""

    reading: Reading

    def find(self, viewset: EntityViewSet, key: str) -> dict[str, Any] | None:
        """Give the row with this id in wire form; None where the caller reaches none."""
        parsed = parse_id(key)
        found = self.reading.fetch(viewset, key=parsed) if parsed else None
        return found[0] if found else None


@dataclass(frozen=True)
class LinkPlan:
    """How a row that is linked to is found."""

    statement: Statement
    model: type[Model]

    def find(self, key: Any) -> Model | None:
        found = self.statement.fetch(key=key)
        return ModelColumns(self.model).build(found[0]) if found else None


def plan_list(viewset: EntityViewSet, query_string: str) -> ListPlan | None:
    """Plan the list that a query string asks for; ValidationError where it is wrong, None where there is no plan."""
    # Nobody asks twice for the page after the same row.
    kept = len(query_string) <= LONGEST_QUERY and "after=" not in query_string
    asked = (query_string, settings.API_MAX_TAKE)
    return recall(
        viewset, asked, lambda: _make_list_plan(viewset, read_parameters(query_string)), kept=kept
    )


def plan_search(viewset: EntityViewSet, arguments: Arguments, wanted: Set[str]) -> ListPlan | None:
    """Plan a list like `plan_list`, by its arguments, where only these fields of its rows are wanted."""
    asked = (written := repr(arguments), wanted, settings.API_MAX_TAKE)
    kept = len(written) <= LONGEST_QUERY
    return recall(viewset, asked, lambda: _make_list_plan(viewset, arguments, wanted), kept=kept)


def plan_row(viewset: EntityViewSet, wanted: Set[str] | None = None) -> RowPlan | None:
    """Plan the reading of single rows, of all their fields unless told; None where there is no plan."""
    return recall(viewset, (wanted,), lambda: _make_row_plan(viewset, wanted))


def find_to_link(viewset: EntityViewSet, link: Relation, key: Any) -> Model | None:
    """Give the row with this id that the caller may link to; None where there is none."""
    plan = recall(viewset, ("link", link.name), lambda: _make_link_plan(viewset, link))
    return plan.find(key) if plan else find_link_scope(viewset, link).find(key)


def shows_links_whole(viewset: EntityViewSet, names: Set[str]) -> bool:
    """Whether no to-one link among these fields can lead to a row that the caller may not see, as far as is known."""
    return (
        recall(viewset, ("unseen", frozenset(names)), lambda: _has_unseen(viewset, names)) is False
    )


def recall(
    viewset: EntityViewSet,
    asked: tuple[Hashable, ...],
    make: Callable[[], Plan | None],
    *,
    kept: bool = True,
) -> Plan | None:
    """Give what was made before for callers of the same standing who asked the same; None where none can be made."""
    standing = find_standing(viewset) if _is_plain(type(viewset)) else None
    if standing is None:
        return None
    if not kept:
        return make()
    key = (type(viewset), standing, *asked)
    plans = _plans if is_known(viewset.request) else _public_plans
    plan: Plan | None = plans.get(key, _MISSING)
    if plan is _MISSING:
        plan = make()
        plans.put(key, plan, PLAN_SIZE + CHARACTER_SIZE * len(repr(asked)))
    return plan


@cache
def _is_plain(viewset: type[EntityViewSet]) -> bool:
    """Whether the viewset, and all to which its links lead, read and ask for permission in the one way."""
    linked = _find_linked(viewset)
    alike = all(each.permission_classes == viewset.permission_classes for each in linked)
    return alike and not any(each.overrides(*READING) for each in linked)


def _find_linked(viewset: type[EntityViewSet]) -> set[type[EntityViewSet]]:
    found, found_last = {viewset}, {viewset}
    while found_last:
        models = (
            link.target for each in found_last for link in describe_entity(each).relations.values()
        )
        found_last = {VIEWSETS[model] for model in models if model in VIEWSETS} - found
        found |= found_last
    return found


def _make_list_plan(
    viewset: EntityViewSet, arguments: Arguments, wanted: Set[str] | None = None
) -> ListPlan | None:
    query = compile_query(viewset.entity, arguments, settings.API_MAX_TAKE)
    names = choose(viewset.names_listed(), wanted)
    reading = make_reading(viewset, select_page(viewset.rows("list"), query), names)
    return ListPlan(reading, arguments, query) if reading else None


def _make_row_plan(viewset: EntityViewSet, wanted: Set[str] | None) -> RowPlan | None:
    names = choose(viewset.permit("retrieve"), wanted)
    rows = viewset.rows("retrieve")
    reading = make_reading(
        viewset, rows.filter(pk=Parameter("key", rows.model._meta.pk)).order_by(), names
    )
    return RowPlan(reading) if reading else None


def _make_link_plan(viewset: EntityViewSet, link: Relation) -> LinkPlan:
    rows = find_link_scope(viewset, link).rows
    found = rows.filter(pk=Parameter("key", rows.model._meta.pk)).order_by()
    return LinkPlan(Statement(found.values_list(*ModelColumns(rows.model).names)), rows.model)


def make_reading(
    viewset: EntityViewSet, rows: QuerySet[Any], names: Set[str], *more: Column
) -> Reading | None:
    """Make the reading of these fields of rows, and of more columns; None where something else has a say in them."""
    columns = find_columns(viewset.serializer_class, frozenset(names))
    if columns is None:
        return None
    columns = Columns((*columns.columns, *more))
    return Reading(
        Statement(rows.values_list(*columns.attributes)),
        columns,
        names,
        _has_unseen(viewset, names),
    )


def choose(permitted: Set[str], wanted: Set[str] | None) -> Set[str]:
    return permitted if wanted is None else permitted & wanted


def _has_unseen(viewset: EntityViewSet, names: Set[str]) -> bool:
    """Whether a to-one link that is shown may lead to a row that the caller may not see."""
    links = (
        link
        for link in describe_entity(type(viewset)).relations.values()
        if link.name in names and not link.many
    )
    targets = (open_linked(viewset.request, link.target, "retrieve") for link in links)
    return any(target is None or not target.reaches_all("retrieve") for target in targets)
