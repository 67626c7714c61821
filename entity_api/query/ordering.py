"""`orderBy`: the given fields in their order, then the id, which breaks all ties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, Subquery, When
from django.db.models.expressions import OrderBy

from entity_api.description.entity import Relation
from entity_api.description.kinds import KINDS, FieldKind
from entity_api.query.errors import Path, refuse, refuse_unknown
from entity_api.query.scope import Scope

DIRECTIONS = ("asc", "desc")


@dataclass(frozen=True)
class OrderKey:
    """A key of an order; `name` is its name in `orderBy`.

    `kind` is the kind of the values in `column`. It is `None` where a row in wire form does not
    hold the values, as for `roles`, and for a link that is hidden from the caller in some rows. The
    value of a key with a `link` is the id of the linked row.
    """

    name: str
    expression: F | Subquery[Any] | Case
    nullable: bool
    descending: bool
    kind: FieldKind | None = None
    column: str = ""
    link: Relation | None = None

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

    The id is the last key. Nulls come last when ascending and first when descending, as PostgreSQL
    has it. Raises ValidationError for an unknown field, a field that is given twice, and any other
    direction.
    """
    keys: dict[str, OrderKey] = {}
    descending = False
    for path, name, direction in _read_terms(order_by):
        if name in keys:
            raise refuse(path, "This field is given twice.", "duplicate")
        if direction not in DIRECTIONS:
            raise refuse(path, "This must be asc or desc.")
        descending = direction == "desc"
        keys[name] = _find_key(scope, name, path, descending=descending)
    keys.setdefault(
        "id",
        OrderKey(
            "id", F("pk"), nullable=False, descending=descending, kind=KINDS["id"], column="pk"
        ),
    )
    # Each row has its own id, so a key after the id orders nothing.
    return tuple(keys.values())[: list(keys).index("id") + 1]


def _read_terms(order_by: object) -> Iterator[tuple[Path, str, Any]]:
    items = order_by if isinstance(order_by, list) else [order_by]
    for position, item in enumerate(items):
        path: Path = ("orderBy", str(position)) if isinstance(order_by, list) else ("orderBy",)
        if not isinstance(item, Mapping):
            raise refuse(path, "This must be a mapping of a field to asc or desc.")
        yield from (
            ((*path, name), name, direction)
            for name, direction in item.items()
            if direction is not None
        )


def _find_key(scope: Scope, name: str, path: Path, *, descending: bool) -> OrderKey:
    if field := scope.find_field(name):
        return OrderKey(name, F(field.column), field.nullable, descending, field.kind, field.column)
    if not (key := scope.find_sort_key(name)):
        raise refuse_unknown(path, "field to sort by")
    if not (link := scope.find_relation(key.field)):
        return OrderKey(name, key.expression, key.nullable, descending)
    if not (target := scope.find(link.target)):
        raise refuse_unknown(path, "field to sort by")
    if target.rows is None:
        return OrderKey(
            name, key.expression, key.nullable, descending, KINDS["id"], f"{link.field}_id", link
        )
    # A link to a row that the caller may not see reads as null, so it sorts as one.
    seen = Case(When(**{f"{link.field}__in": target.rows.values("pk")}, then=key.expression))
    return OrderKey(name, seen, nullable=True, descending=descending)
