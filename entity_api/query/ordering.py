"""`orderBy`: the given fields in their order, then the id, which breaks all ties.

A field may be that of a linked row. Rows whose link is null, or leads to a row that the caller may
not find, are sorted as if that field were null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from django.db.models import Case, F, OuterRef, Subquery, When
from django.db.models.expressions import OrderBy

from entity_api.description.entity import Relation
from entity_api.description.field_kind import FieldKind
from entity_api.description.key_fields import ID
from entity_api.description.kind_lookup import kind_of_key
from entity_api.query.errors import Path, refuse, refuse_unknown
from entity_api.query.scope import Scope

DIRECTIONS = ("asc", "desc")
MAX_KEYS = 32
MAX_DEPTH = 8
Names = tuple[str, ...]
Expression: TypeAlias = "F | Subquery[Any] | Case"


@dataclass(frozen=True)
class OrderKey:
    """A key of an order; `name` is its name in `orderBy`.

    `kind` is the kind of the values in `column`. It is `None` where a row in wire form does not
    hold the values, as for `roles`, and for a link that is hidden from the caller in some rows. The
    value of a key with a `link` is the id of the linked row. Of a key that `is_linked` the value is
    a field of a linked row, which is annotated under `column`.
    """

    name: str
    expression: Expression
    nullable: bool
    descending: bool
    kind: FieldKind | None = None
    column: str = ""
    link: Relation | None = None
    is_linked: bool = False

    @property
    def term(self) -> OrderBy:
        if not self.nullable:
            return OrderBy(self.expression, descending=self.descending)
        first, last = self.descending or None, not self.descending or None
        return OrderBy(
            self.expression, descending=self.descending, nulls_first=first, nulls_last=last
        )


def compile_order_by(scope: Scope, order_by: object) -> tuple[OrderKey, ...]:
    """Return the keys of a mapping of fields to `asc` or `desc`, or of a list of such mappings.

    A to-one link has a mapping of the linked entity's fields. The id is the last key. Nulls come
    last when ascending and first when descending, as PostgreSQL has it. Raises ValidationError for
    an unknown field, a field that is given twice, any other direction, and too many keys.
    """
    keys: dict[Names, OrderKey] = {}
    descending = False
    for path, names, direction in _read_terms(order_by):
        if names in keys:
            raise refuse(path, "This field is given twice.", "duplicate")
        if direction not in DIRECTIONS:
            raise refuse(path, "This must be asc or desc.")
        if len(keys) == MAX_KEYS:
            raise refuse(("orderBy",), f"There may be at most {MAX_KEYS} fields.", "too_many")
        descending = direction == "desc"
        key = _find_key(scope, names, path, descending=descending)
        keys[names] = replace(key, column=f"_order_{len(keys)}") if key.is_linked else key
    keys.setdefault((ID,), _make_id_key(scope, descending=descending))
    # Each row has its own id, so a key after the id orders nothing.
    return tuple(keys.values())[: list(keys).index((ID,)) + 1]


def _make_id_key(scope: Scope, *, descending: bool) -> OrderKey:
    kind = kind_of_key(scope.entity.model)
    return OrderKey(ID, F("pk"), nullable=False, descending=descending, kind=kind, column="pk")


def _read_terms(order_by: object) -> Iterator[tuple[Path, Names, Any]]:
    items = order_by if isinstance(order_by, list) else [order_by]
    for position, item in enumerate(items):
        path: Path = ("orderBy", str(position)) if isinstance(order_by, list) else ("orderBy",)
        if not isinstance(item, Mapping):
            raise refuse(path, "This must be a mapping of a field to asc or desc.")
        yield from _flatten(item, path, ())


def _flatten(
    item: Mapping[str, Any], path: Path, names: Names
) -> Iterator[tuple[Path, Names, Any]]:
    if len(names) > MAX_DEPTH:
        raise refuse(path, f"This may follow at most {MAX_DEPTH} links.", "too_deep")
    for name, value in item.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, (*path, name), (*names, name))
        elif value is not None:
            yield (*path, name), (*names, name), value


def _find_key(scope: Scope, names: Names, path: Path, *, descending: bool) -> OrderKey:
    """Return the key of a field, or of a field of the row to which links lead."""
    name, *below = names
    if not below:
        return _find_own_key(scope, name, path, descending=descending)
    link = scope.find_relation(name)
    target = scope.find(link.target) if link and not link.many else None
    if not link or not target:
        raise refuse_unknown(path[: -len(below)], "link to sort by")
    key = _find_key(target, tuple(below), path, descending=descending)
    expression = _read_through(link, target, key.expression)
    name = f"{name}.{key.name}"
    return replace(key, name=name, expression=expression, nullable=True, link=None, is_linked=True)


def _read_through(link: Relation, target: Scope, expression: Expression) -> Expression:
    """Return the expression on the linked row, null where the caller may not find that row."""
    if target.rows is None and type(expression) is F:
        name: str = expression.name  # type: ignore[attr-defined]  # (the stubs leave it out)
        return F(f"{link.lookup}__{name}")
    rows = link.target._base_manager.all() if target.rows is None else target.rows
    linked = rows.filter(pk=OuterRef(link.key)).order_by()
    return Subquery(linked.values_list(expression)[:1])


def _find_own_key(scope: Scope, name: str, path: Path, *, descending: bool) -> OrderKey:
    if name == ID and name in scope.names:
        return _make_id_key(scope, descending=descending)
    if field := scope.find_field(name):
        if not field.kind.sortable:
            raise refuse(path, "This field has no order.")
        return OrderKey(name, F(field.column), field.nullable, descending, field.kind, field.column)
    if not (key := scope.find_sort_key(name)):
        raise refuse_unknown(path, "field to sort by")
    if not (link := scope.find_relation(key.field)):
        return OrderKey(name, key.expression, key.nullable, descending)
    if not (target := scope.find(link.target)):
        raise refuse_unknown(path, "field to sort by")
    if target.rows is None:
        kind = kind_of_key(link.target)
        return OrderKey(name, key.expression, key.nullable, descending, kind, link.key, link)
    # A link to a row that the caller may not see reads as null, so it sorts as one.
    seen = Case(When(**{f"{link.key}__in": target.rows.values("pk")}, then=key.expression))
    return OrderKey(name, seen, nullable=True, descending=descending)
