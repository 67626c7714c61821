"""The locks of rows whose links are about to change, in one order for all writers.

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
from entity_api.row_locks import lock_rows

if TYPE_CHECKING:
    from django.db.models import Model

    from entity_api.description.entity import Relation


def lock_ends(model: type[Model], key: str, relation: Relation, verb: str, data: Any) -> None:
    """Lock the row `key` and the rows that its link leads to, before and after the change.

    What is no list of links, and a row that is not there, is left to the change itself to refuse.
    """
    rows = model._base_manager.all()
    parent = parse_key(model, key)
    if parent is None or not connections[rows.db].features.has_select_for_update:
        return
    ends: dict[type[Model], set[Any]] = defaultdict(set)
    ends[_find_base(model)].add(parent)
    ends[_find_base(relation.target)] |= _read_keys(relation.target, data)
    if verb == "set":
        linked = relation.target._base_manager.filter(**{f"{relation.reverse_lookup}__pk": parent})
        ends[_find_base(relation.target)].update(linked.values_list("pk", flat=True)[:MAX_LINKS])
    for each in sorted(ends, key=lambda end: end._meta.label):
        found = each._base_manager.filter(pk__in=ends[each]).order_by("pk")
        list(lock_rows(found, "partial_update").values_list("pk"))


def _find_base(model: type[Model]) -> type[Model]:
    return model._meta.concrete_model or model


def _read_keys(model: type[Model], data: Any) -> set[Any]:
    links = data[:MAX_LINKS] if isinstance(data, list) else []
    found = (parse_key(model, each.get("id")) for each in links if isinstance(each, Mapping))
    return {key for key in found if key is not None}
