"""Rows and what is linked to them, as selected: one query for each selected link, however many rows there are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from rest_framework.exceptions import NotFound

from entity_api.access import deny_field
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.graphql.limits import Budget, limit_operands
from entity_api.graphql.linked import PARENT, number_children, plan_children, plan_linked
from entity_api.graphql.outputs import LINK_MARK
from entity_api.links import key_of, open_linked
from entity_api.query.paging import compile_query
from entity_api.reading.plans import plan_row, plan_search

if TYPE_CHECKING:
    from collections.abc import Iterable, Set
    from uuid import UUID

    from entity_api.description.entity import Arguments, Relation
    from entity_api.graphql.selection import Selected, Selection
    from entity_api.query.paging import ListQuery
    from entity_api.rest.viewset import EntityViewSet

Shown = dict[str, Any]


def search_rows(viewset: EntityViewSet, arguments: Arguments, selection: Selection) -> list[Shown]:
    """Give what is selected of each row of a list."""
    limit_operands(arguments)
    budget = Budget.of(viewset.request)
    if (plan := plan_search(viewset, arguments, selection.wanted)) and "id" in plan.reading.names:
        shown = plan.fetch(viewset).rows
        budget.spend_rows(len(shown))
        return attach_links(viewset, shown, plan.reading.names, selection)
    rows = viewset.search(arguments).rows
    budget.spend_rows(len(rows))
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


def read_rows(
    viewset: EntityViewSet, rows: list[Any], names: Set[str], selection: Selection
) -> list[Shown]:
    """Give what is selected of each row; `names` are the fields that the caller may see."""
    shown = viewset.present(rows, names & selection.names)
    for row, item in zip(rows, shown, strict=True):
        item["id"] = row.pk
    return attach_links(viewset, shown, names, selection)


def attach_links(
    viewset: EntityViewSet, shown: list[Shown], names: Set[str], selection: Selection
) -> list[Shown]:
    """Give the rows, which are read with their ids, and with them what is selected of linked ones.

    What the caller may not see, for it is not among `names`, is null, as REST leaves it out. Raises PermissionDenied
    where it cannot be null, and ValidationError for a wrong argument of a link.
    """
    withheld = selection.names - names
    for name in withheld:
        _refuse_required(viewset, name)
    for item in shown if withheld else ():
        item.update(dict.fromkeys(withheld))
    links = describe_entity(type(viewset)).relations
    for field in selection.fields:
        if link := links.get(field.name):
            attach = _attach_many if link.many else _attach_one
            attach(viewset, shown, field, link)
    return shown


def _refuse_required(viewset: EntityViewSet, name: str) -> None:
    entity = describe_entity(type(viewset))
    scalar, link = entity.fields.get(name), entity.relations.get(name)
    if not (scalar and scalar.nullable) and (link is None or link.many):
        raise deny_field(viewset, "retrieve", name)


def _attach_one(
    viewset: EntityViewSet, shown: list[Shown], field: Selected, link: Relation
) -> None:
    linked = [item[link.name] for item in shown]
    if field.below.names - {"id"}:
        found = _read_linked(viewset, {key_of(value) for value in linked if value}, field, link)
        linked = [value and found.get(key_of(value)) for value in linked]
    for item, value in zip(shown, linked, strict=True):
        item[LINK_MARK + field.key] = value


def _read_linked(
    viewset: EntityViewSet, ids: set[UUID], field: Selected, link: Relation
) -> dict[Any, Shown]:
    target = open_linked(viewset.request, link.target, "retrieve") if ids else None
    if target is None:
        return {}
    budget = Budget.of(viewset.request)
    if plan := plan_linked(target, field.below.wanted):
        shown = plan.fetch(target, ids)
        budget.spend_rows(len(shown))
        return {
            item["id"]: item
            for item in attach_links(target, shown, plan.reading.names, field.below)
        }
    rows = list(target.rows("retrieve").filter(pk__in=ids))
    budget.spend_rows(len(rows))
    found = read_rows(target, rows, target.permit("retrieve"), field.below)
    return {row.pk: item for row, item in zip(rows, found, strict=True)}


def _attach_many(
    viewset: EntityViewSet, shown: list[Shown], field: Selected, link: Relation
) -> None:
    target = VIEWSETS[link.target].open(viewset.request, "list")
    limit_operands(field.arguments)
    keys = [key_of(item) for item in shown]
    groups: dict[Any, list[Shown]] = defaultdict(list)
    for key, child in _read_children(target, keys, field, link):
        groups[key].append(child)
    for key, item in zip(keys, shown, strict=True):
        item[LINK_MARK + field.key] = groups[key]


def _read_children(
    target: EntityViewSet, parents: list[UUID], field: Selected, link: Relation
) -> Iterable[tuple[Any, Shown]]:
    """Give the page of every parent, each row with the parent's id."""
    plan = plan_children(target, link, field.arguments, field.below.wanted)
    budget = Budget.of(target.request)
    if plan and plan.take * len(parents) <= budget.rows:
        children = plan.fetch(target, parents) if parents else []
        budget.spend_rows(len(children))
        found = attach_links(target, children, plan.reading.names, field.below)
        return ((child[PARENT], child) for child in found)
    query = compile_query(target.entity, field.arguments, settings.API_MAX_TAKE)
    rows = _fetch_children(target, parents, link, query) if parents else []
    found = read_rows(target, rows, target.names_listed(), field.below)
    return ((row.parent_key, child) for row, child in zip(rows, found, strict=True))


def _fetch_children(
    target: EntityViewSet, parents: list[UUID], link: Relation, query: ListQuery
) -> list[Any]:
    budget = Budget.of(target.request)
    rows = list(number_children(target, link, query, Q(parent_key__in=parents))[: budget.rows + 1])
    budget.spend_rows(len(rows))
    return rows
