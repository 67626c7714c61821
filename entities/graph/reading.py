"""Rows and what is linked to them, as selected: one query for each selected link, however many rows there are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from rest_framework.exceptions import NotFound

from entities.api.access import deny_field
from entities.api.links import key_of, open_linked
from entities.api.plans import plan_row, plan_search
from entities.api.registry import VIEWSETS, describe_entity
from entities.graph.limits import RowBudget, limit_operands
from entities.graph.outputs import LINK_MARK
from entities.query.paging import compile_query

if TYPE_CHECKING:
    from collections.abc import Set
    from uuid import UUID

    from django.db.models import QuerySet

    from entities.api.viewset import EntityViewSet
    from entities.graph.selection import Selected, Selection
    from entities.query.entity import Arguments, Link
    from entities.query.paging import ListQuery

Shown = dict[str, Any]


def search_rows(viewset: EntityViewSet, arguments: Arguments, selection: Selection) -> list[Shown]:
    """Give what is selected of each row of a list."""
    limit_operands(arguments)
    budget = RowBudget.of(viewset.request)
    if (plan := plan_search(viewset, arguments, selection.wanted)) and "id" in plan.reading.names:
        shown = plan.fetch(viewset).rows
        budget.spend(len(shown))
        return attach_links(viewset, shown, plan.reading.names, selection)
    rows = viewset.search(arguments).rows
    budget.spend(len(rows))
    return read_rows(viewset, rows, viewset.names_listed(), selection)


def find_row(viewset: EntityViewSet, key: str, selection: Selection) -> Shown | None:
    """Give what is selected of the row with this id; None where the caller reaches none."""
    if (plan := plan_row(viewset, selection.wanted)) and "id" in plan.reading.names:
        shown = plan.find(viewset, key)
        return attach_links(viewset, [shown], plan.reading.names, selection)[0] if shown else None
    try:
        row = viewset.find(key)
    except NotFound:
        return None
    return read_rows(viewset, [row], viewset.permit("retrieve"), selection)[0]


def read_rows(viewset: EntityViewSet, rows: list[Any], names: Set[str], selection: Selection) -> list[Shown]:
    """Give what is selected of each row; `names` are the fields that the caller may see."""
    shown = viewset.present(rows, names & selection.names)
    for row, item in zip(rows, shown, strict=True):
        item["id"] = row.pk
    return attach_links(viewset, shown, names, selection)


def attach_links(viewset: EntityViewSet, shown: list[Shown], names: Set[str], selection: Selection) -> list[Shown]:
    """Give the rows, which are read with their ids, and with them what is selected of linked ones.

    What the caller may not see, for it is not among `names`, is null, as REST leaves it out. Raises PermissionDenied
    where it cannot be null, and ValidationError for a wrong argument of a link.
    """
    withheld = selection.names - names
    for name in withheld:
        _refuse_required(viewset, name)
    for item in shown if withheld else ():
        item.update(dict.fromkeys(withheld))
    links = describe_entity(type(viewset)).links
    for field in selection.fields:
        if link := links.get(field.name):
            attach = _attach_many if link.many else _attach_one
            attach(viewset, shown, field, link)
    return shown


def _refuse_required(viewset: EntityViewSet, name: str) -> None:
    entity = describe_entity(type(viewset))
    scalar, link = entity.scalars.get(name), entity.links.get(name)
    if not (scalar and scalar.nullable) and (link is None or link.many):
        raise deny_field(viewset, "retrieve", name)


def _attach_one(viewset: EntityViewSet, shown: list[Shown], field: Selected, link: Link) -> None:
    linked = [item[link.name] for item in shown]
    if field.below.names - {"id"}:
        found = _read_linked(viewset, {key_of(value) for value in linked if value}, field, link)
        linked = [value and found.get(key_of(value)) for value in linked]
    for item, value in zip(shown, linked, strict=True):
        item[LINK_MARK + field.key] = value


def _read_linked(viewset: EntityViewSet, ids: set[UUID], field: Selected, link: Link) -> dict[Any, Shown]:
    target = open_linked(viewset.request, link.model, "retrieve") if ids else None
    if target is None:
        return {}
    rows = list(target.rows("retrieve").filter(pk__in=ids))
    RowBudget.of(viewset.request).spend(len(rows))
    found = read_rows(target, rows, target.permit("retrieve"), field.below)
    return {row.pk: item for row, item in zip(rows, found, strict=True)}


def _attach_many(viewset: EntityViewSet, shown: list[Shown], field: Selected, link: Link) -> None:
    target = VIEWSETS[link.model].open(viewset.request, "list")
    limit_operands(field.arguments)
    query = compile_query(target.entity, field.arguments, settings.API_MAX_TAKE)
    keys = [key_of(item) for item in shown]
    children = _fetch_children(target, keys, link, query) if keys else []
    groups: dict[Any, list[Shown]] = defaultdict(list)
    for child, item in zip(children, read_rows(target, children, target.names_listed(), field.below), strict=True):
        groups[child.parent_key].append(item)
    for key, item in zip(keys, shown, strict=True):
        item[LINK_MARK + field.key] = groups[key]


def _fetch_children(target: EntityViewSet, parents: list[UUID], link: Link, query: ListQuery) -> list[Any]:
    """Fetch the page of every parent in one query, numbering the children of each in their order."""
    position = Window(RowNumber(), partition_by=F("parent_key"), order_by=query.order_by)
    children: QuerySet[Any] = (
        target.rows("list")
        .annotate(parent_key=F(link.inverse))
        .filter(query.where, parent_key__in=parents)
        .annotate(parent_position=position)
        .filter(parent_position__gt=query.skip, parent_position__lte=query.skip + query.take)
        .order_by("parent_position")
    )
    budget = RowBudget.of(target.request)
    rows = list(children[: budget.left + 1])
    budget.spend(len(rows))
    return rows
