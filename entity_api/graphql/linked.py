"""Plans of linked rows: those with given ids, and a page of the rows on the other side of a link for each parent."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import ExpressionWrapper, F, Window
from django.db.models.functions import RowNumber

from entity_api.query.paging import compile_query
from entity_api.reading.encoder import Column
from entity_api.reading.plans import LONGEST_QUERY, Reading, choose, make_reading, recall
from statements.among import Among

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import Q, QuerySet

    from entity_api.description.entity import Arguments, Relation
    from entity_api.query.paging import ListQuery
    from entity_api.rest.viewset import EntityViewSet

Row = dict[str, Any]
# The field of a child's row that holds the id of its parent: no name in GraphQL.
PARENT = "@"


@dataclass(frozen=True)
class LinkedPlan:
    """How rows are read by ids; of a page for each parent, `take` is the most that one has."""

    reading: Reading
    take: int = 1

    def fetch(self, viewset: EntityViewSet, ids: Iterable[UUID]) -> list[Row]:
        return self.reading.fetch(viewset, ids=ids)


def plan_linked(target: EntityViewSet, wanted: Set[str]) -> LinkedPlan | None:
    """Plan the reading of rows by their ids; None where there is no plan."""
    return recall(target, ("ids", wanted), lambda: _make_linked(target, wanted))


def _make_linked(target: EntityViewSet, wanted: Set[str]) -> LinkedPlan | None:
    rows = target.rows("retrieve")
    names = choose(target.permit("retrieve"), wanted)
    rows = rows.filter(Among("pk", rows.model._meta.pk, "ids")).order_by()
    reading = make_reading(target, rows, names) if "id" in names else None
    return LinkedPlan(reading) if reading else None


def plan_children(
    target: EntityViewSet, link: Relation, arguments: Arguments, wanted: Set[str]
) -> LinkedPlan | None:
    """Plan a page of rows for each parent; ValidationError for wrong arguments, None where there is no plan."""
    asked = (link.reverse_lookup, written := repr(arguments), wanted, settings.API_MAX_TAKE)
    kept = len(written) <= LONGEST_QUERY
    return recall(target, asked, lambda: _make_children(target, link, arguments, wanted), kept=kept)


def _make_children(
    target: EntityViewSet, link: Relation, arguments: Arguments, wanted: Set[str]
) -> LinkedPlan | None:
    query = compile_query(target.entity, arguments, settings.API_MAX_TAKE)
    names = choose(target.names_listed(), wanted)
    rows = number_children(target, link, query, Among("parent_key", _find_key(target, link), "ids"))
    reading = (
        make_reading(target, rows, names, Column(PARENT, "parent_key")) if "id" in names else None
    )
    return LinkedPlan(reading, query.take) if reading else None


def number_children(
    target: EntityViewSet, link: Relation, query: ListQuery, parents: Q | Among
) -> QuerySet[Any]:
    """Select the page of every parent in one query, numbering the children of each in their order.

    `parents` is the condition that the `parent_key` has to meet.
    """
    position = Window(RowNumber(), partition_by=F("parent_key"), order_by=query.order_by)
    # Wrapped, as Django would make one column of it and of the same link to the parent, where both are selected.
    parent_key = ExpressionWrapper(F(link.reverse_lookup), output_field=_find_key(target, link))
    rows: QuerySet[Any] = (
        target.rows("list")
        .annotate(parent_key=parent_key)
        .filter(query.where, parents)
        .annotate(parent_position=position)
        .filter(parent_position__gt=query.skip, parent_position__lte=query.skip + query.take)
        .order_by("parent_position")
    )
    return rows


def _find_key(target: EntityViewSet, link: Relation) -> Any:
    to_parent: Any = target.model._meta.get_field(link.reverse_lookup)
    return to_parent.related_model._meta.pk
