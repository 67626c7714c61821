"""The queries of an entity: rows and what is linked to them, as selected.

Each selected link takes one query, however many rows there are.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import NotFound

from entity_api.access import deny_field
from entity_api.description.keys import show_key
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.graphql.completion import complete_row, complete_rows
from entity_api.graphql.limits import Budget
from entity_api.graphql.outputs import LINK_MARK
from entity_api.graphql.selection import read_selection
from entity_api.hooks import EntityHooks
from entity_api.opening import open_entity
from entity_api.operations import count_rows, read_by_ids, read_children, read_page, read_row
from entity_api.reading.presenting import key_of, show_rows
from entity_api.reading.selections import PARENT, ChildrenOf, Page

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo
    from rest_framework.request import Request

    from entity_api.description.entity import Arguments, EntityDescription, Relation
    from entity_api.graphql.selection import Selected, SelectionSet

Shown = dict[str, Any]
Unique = dict[str, str]


class Reader:
    """The resolvers of an entity's queries."""

    def __init__(self, entity: EntityDescription) -> None:
        self._viewset: type[EntityHooks] = entity.viewset

    def search(self, _: Any, info: GraphQLResolveInfo[Request], **arguments: Any) -> Any:
        viewset, selection = self._viewset.begin(info.context, "list"), read_selection(info)
        rows = search_rows(viewset, arguments, selection)
        Budget.of(info.context).spend_values(rows, selection)
        return complete_rows(rows, selection)

    def find(self, _: Any, info: GraphQLResolveInfo[Request], where: Unique) -> Any:
        viewset, selection = self._viewset.begin(info.context, "retrieve"), read_selection(info)
        row = find_row(viewset, where["id"], selection)
        if row is None:
            return None
        Budget.of(info.context).spend_values([row], selection)
        return complete_row(row, selection)

    def count(self, _: Any, info: GraphQLResolveInfo[Request], **arguments: Any) -> dict[str, int]:
        viewset = self._viewset.begin(info.context, "list")
        return {"count": count_rows(viewset, Page(repr(arguments), lambda: arguments))}


def search_rows(view: EntityHooks, arguments: Arguments, selection: SelectionSet) -> list[Shown]:
    """Return what is selected of each row of a list."""
    page = read_page(view, Page(repr(arguments), lambda: arguments), selection.wanted)
    Budget.of(view.request).spend_rows(len(page.rows))
    return attach_links(view, page.rows, page.fields, selection)


def find_row(view: EntityHooks, key: str, selection: SelectionSet) -> Shown | None:
    """Return what is selected of the row with this id; `None` where the caller may not see it."""
    try:
        row, fields = read_row(view, key, selection.wanted)
    except NotFound:
        return None
    return attach_links(view, [row], fields, selection)[0]


def show_selected(
    view: EntityHooks, rows: list[Any], fields: frozenset[str], selection: SelectionSet
) -> list[Shown]:
    """Return what is selected of instances; `fields` are those that the caller may see."""
    shown = show_rows(view, rows, fields & selection.names)
    for item, row in zip(shown, rows, strict=True):
        item["id"] = show_key(row.pk)
    attach_links(view, shown, fields, selection)
    Budget.of(view.request).spend_values(shown, selection)
    return shown


def attach_links(
    view: EntityHooks, shown: list[Shown], fields: frozenset[str], selection: SelectionSet
) -> list[Shown]:
    """Return the rows, which are read with their ids, and with them what is selected of linked
    rows.

    A field that is not among `fields` is null, as REST leaves it out. Raises PermissionDenied
    where it cannot be null, and ValidationError for a wrong argument of a link.
    """
    hidden = selection.names - fields
    for name in hidden:
        _refuse_required(view, name)
    for item in shown if hidden else ():
        item.update(dict.fromkeys(hidden))
    links = describe_entity(type(view)).relations
    for field in selection.fields:
        if link := links.get(field.name):
            attach = _attach_many if link.many else _attach_one
            attach(view, shown, field, link)
    return shown


def _refuse_required(view: EntityHooks, name: str) -> None:
    entity = describe_entity(type(view))
    field, link = entity.fields.get(name), entity.relations.get(name)
    if not (field and field.nullable) and (link is None or link.many):
        raise deny_field(view, "retrieve", name)


def _attach_one(view: EntityHooks, shown: list[Shown], field: Selected, link: Relation) -> None:
    linked = [item[link.name] for item in shown]
    if field.below.names - {"id"}:
        keys = [value and key_of(link.target, value) for value in linked]
        found = _read_linked(view, set(keys) - {None}, field, link)
        linked = [found.get(key) for key in keys]
    for item, value in zip(shown, linked, strict=True):
        item[LINK_MARK + field.key] = value


def _read_linked(
    view: EntityHooks, ids: set[Any], field: Selected, link: Relation
) -> dict[Any, Shown]:
    target = open_entity(view.request, link.target, "retrieve") if ids else None
    if target is None:
        return {}
    rows, fields = read_by_ids(target, ids, field.below.wanted)
    Budget.of(view.request).spend_rows(len(rows))
    shown = attach_links(target, rows, fields, field.below)
    return {key_of(target.model, item): item for item in shown}


def _list_keys(view: EntityHooks, shown: list[Shown]) -> list[Any]:
    """Return the keys of rows. Columns have them as they are, and serializers write texts."""
    keys = [item["id"] for item in shown]
    if not any(isinstance(key, str) for key in keys):
        return keys
    return [key_of(view.model, item) for item in shown]


def _attach_many(view: EntityHooks, shown: list[Shown], field: Selected, link: Relation) -> None:
    target: EntityHooks = VIEWSETS[link.target].open(view.request, "list")
    keys = _list_keys(view, shown)
    budget = Budget.of(view.request)
    page = ChildrenOf(repr(field.arguments), lambda: field.arguments, link)
    # A row more than the budget shows that there are too many.
    rows, fields = read_children(target, page, keys, field.below.wanted, limit=budget.rows + 1)
    budget.spend_rows(len(rows))
    groups: dict[Any, list[Shown]] = defaultdict(list)
    for child in attach_links(target, rows, fields, field.below):
        groups[child[PARENT]].append(child)
    for key, item in zip(keys, shown, strict=True):
        item[LINK_MARK + field.key] = groups[key]
