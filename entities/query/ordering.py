"""`orderBy`: the given fields in their order, then the id, so that the order of any two rows is certain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Case, F, Subquery, When
from django.db.models.expressions import OrderBy

from entities.query.entity import Entity
from entities.query.errors import Path, refuse, refuse_unknown

DIRECTIONS = ("asc", "desc")


def compile_order_by(entity: Entity, order_by: object) -> list[OrderBy]:
    """Compile a mapping of field to `asc` or `desc`, or a list of them, into ORDER BY terms.

    Nulls come last when ascending and first when descending on every database, as PostgreSQL has it by itself.
    Raises ValidationError for an unknown field, a field given twice and any other direction.
    """
    terms: dict[str, OrderBy] = {}
    descending = False
    for path, name, direction in _read_terms(order_by):
        if name in terms:
            raise refuse(path, "This field is given twice.", "duplicate")
        if direction not in DIRECTIONS:
            raise refuse(path, "This must be asc or desc.")
        descending = direction == "desc"
        terms[name] = _compile_term(entity, name, path, descending=descending)
    terms.setdefault("id", OrderBy(F("pk"), descending=descending))
    return list(terms.values())


def _read_terms(order_by: object) -> Iterator[tuple[Path, str, Any]]:
    items = order_by if isinstance(order_by, list) else [order_by]
    for position, item in enumerate(items):
        path: Path = ("orderBy", str(position)) if isinstance(order_by, list) else ("orderBy",)
        if not isinstance(item, Mapping):
            raise refuse(path, "This must be a mapping of a field to asc or desc.")
        yield from (((*path, name), name, direction) for name, direction in item.items() if direction is not None)


def _compile_term(entity: Entity, name: str, path: Path, *, descending: bool) -> OrderBy:
    expression, nullable = _find_expression(entity, name, path)
    if not nullable:
        return OrderBy(expression, descending=descending)
    return OrderBy(expression, descending=descending, nulls_first=descending or None, nulls_last=not descending or None)


def _find_expression(entity: Entity, name: str, path: Path) -> tuple[F | Subquery[Any] | Case, bool]:
    if scalar := entity.scalars.get(name):
        return F(scalar.column), scalar.nullable
    if not (key := entity.sort_keys.get(name)):
        raise refuse_unknown(path, "field to sort by")
    if not (link := entity.links.get(key.field)):
        return key.expression, key.nullable
    if not (target := entity.link_to(key.field)):
        raise refuse_unknown(path, "field to sort by")
    if target.rows is None:
        return key.expression, key.nullable
    # A link to a row that the caller may not see reads as null, so it sorts as one.
    return Case(When(**{f"{link.column}__in": target.rows.values("pk")}, then=key.expression)), True
