"""The locks of rows that are about to change with their links, in one order for all writers.

Two writers that link the same rows with each other would else wait for each other, and PostgreSQL
would end the work of one of them after a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import connections

from entity_api.description.keys import parse_key
from entity_api.description.link_fields import MAX_LINKS
from entity_api.description.registry import describe_entity
from entity_api.row_locks import lock_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

    from entity_api.description.entity import Relation
    from entity_api.hooks import EntityHooks

    Ends = dict[type[Model], set[Any]]
    # The id of a row, `None` for a new one, and its input.
    Body = tuple[str | None, Any]


def lock_ends(model: type[Model], key: str, relation: Relation, verb: str, data: Any) -> None:
    """Lock the row `key` and the rows that its link leads to, before and after the change.

    What is no list of links, and a row that is not there, is left to the change itself to refuse.
    """
    parent = parse_key(model, key)
    if parent is None or not _can_lock(model):
        return
    ends = defaultdict(set, {_find_base(model): {parent}})
    _add_links(ends, parent, relation, verb, data)
    _lock(ends, "partial_update")


def lock_bodies(view: EntityHooks, bodies: Iterable[Body], action: str) -> None:
    """Lock the rows that inputs are about, and those whose links the inputs change.

    The links to one row that a row holds itself lock nothing: PostgreSQL lets a row be linked while
    it is changed.
    """
    if not _can_lock(view.model):
        return
    ends: Ends = defaultdict(set)
    for key, data in bodies:
        row = None if key is None else parse_key(view.model, key)
        if row is not None:
            ends[_find_base(view.model)].add(row)
        for relation in list_links_elsewhere(view, data):
            for verb, links in _read_changes(relation, data[relation.name]).items():
                _add_links(ends, row, relation, verb, links)
    _lock(ends, action)


def list_links_elsewhere(view: EntityHooks, data: Any) -> list[Relation]:
    """Return the relations in an input that are written as changes of other rows."""
    relations = describe_entity(type(view)).relations.values()
    names = data if isinstance(data, Mapping) else ()
    return [link for link in relations if link.is_stored_elsewhere and link.name in names]


def _read_changes(relation: Relation, change: Any) -> Mapping[str, Any]:
    """Return the links of a change in an input by the verb. A link to one row is set."""
    if relation.many:
        return change if isinstance(change, Mapping) else {}
    return {"set": [change]}


def _add_links(ends: Ends, parent: Any, relation: Relation, verb: str, data: Any) -> None:
    """Add the rows that a change of a link names, and those that it leads to before."""
    target = ends[_find_base(relation.target)]
    target |= _read_keys(relation.target, data)
    if verb == "set" and parent is not None:
        linked = relation.target._base_manager.filter(**{relation.reverse_key: parent})
        target.update(linked.values_list("pk", flat=True)[:MAX_LINKS])


def _lock(ends: Ends, action: str) -> None:
    for each in sorted(ends, key=lambda end: end._meta.label):
        found = each._base_manager.filter(pk__in=ends[each]).order_by("pk")
        list(lock_rows(found, action).values_list("pk"))


def _can_lock(model: type[Model]) -> bool:
    return bool(connections[model._base_manager.db].features.has_select_for_update)


def _find_base(model: type[Model]) -> type[Model]:
    return model._meta.concrete_model or model


def _read_keys(model: type[Model], data: Any) -> set[Any]:
    links = data[:MAX_LINKS] if isinstance(data, list) else []
    found = (parse_key(model, each.get("id")) for each in links if isinstance(each, Mapping))
    return {key for key in found if key is not None}
