"""`where`: nested conditions become one Django Q.

A field or a to-one link with null means `equals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q

from entity_api.description.entity import Relation
from entity_api.description.values import parse_boolean
from entity_api.query.errors import Path, refuse, refuse_unknown
from entity_api.query.operators import NULL, compile_operators, match_id, parse_operand
from entity_api.query.scope import Scope

MAX_DEPTH = 8
QUANTIFIERS = ("some", "every", "none")


def compile_where(scope: Scope, where: object, path: Path = ("where",)) -> Q:
    """Return the condition that all conditions on an entity make.

    Raises ValidationError, with the path to the fault, for an unknown field or operator and for a
    wrong value.
    """
    condition = Q()
    if len(path) > 2 * MAX_DEPTH:
        raise refuse(path, f"Conditions may be nested at most {MAX_DEPTH} links deep.", "too_deep")
    for name, value in _read_mapping(where, path).items():
        condition &= _compile_name(scope, name, value, (*path, name))
    return condition


def _read_mapping(value: object, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise refuse(path, "This must be a mapping of names to conditions.")
    return value


def _compile_name(scope: Scope, name: str, value: object, path: Path) -> Q:
    if field := scope.find_field(name):
        return compile_operators(field, value, path)
    relation = scope.find_relation(name)
    target = scope.find(relation.target) if relation else None
    if not relation or not target:
        raise refuse_unknown(path, "field")
    if relation.many:
        return Q() if value is None else _compile_to_many(target, relation, value, path)
    if value is None:
        return _lead_nowhere(target, relation)
    return _compile_to_one(target, relation, value, path)


def _lead_nowhere(target: Scope, relation: Relation) -> Q:
    """Match the rows whose link reads as null: it has no row, or the caller may not see the row."""
    empty = Q(**{f"{relation.field}__isnull": True})
    return empty if target.rows is None else empty | ~_lead_to_seen(target, relation)


def _lead_to_seen(target: Scope, relation: Relation) -> Q:
    if target.rows is None:
        return Q()
    return Q(**{f"{relation.field}__in": target.rows.values("pk")})


def _compile_to_one(target: Scope, relation: Relation, value: object, path: Path) -> Q:
    condition = Q()
    for name, operand in _read_mapping(value, path).items():
        inner = (*path, name)
        if name not in ("id", NULL):
            raise refuse_unknown(inner, "field")
        if operand is None:
            continue
        if name == "id":
            # A link to a hidden row reads as null, so the id of that row finds nothing.
            seen = _lead_to_seen(target, relation)
            condition &= match_id(relation.field, "equals", operand, inner) & seen
        else:
            nowhere = _lead_nowhere(target, relation)
            is_null = parse_operand(parse_boolean, operand, inner)
            condition &= nowhere if is_null else ~nowhere
    return condition


def _compile_to_many(target: Scope, relation: Relation, value: object, path: Path) -> Q:
    condition = Q()
    every = relation.target._base_manager.all()
    seen = every if target.rows is None else target.rows
    rows = seen.filter(**{relation.reverse_lookup: OuterRef("pk")}).order_by()
    for quantifier, where in _read_mapping(value, path).items():
        inner = (*path, quantifier)
        if quantifier not in QUANTIFIERS:
            raise refuse_unknown(inner, "operator")
        if where is None:
            continue
        matching = compile_where(target, where, inner)
        if quantifier == "every" and not matching:
            continue
        found = Exists(rows.exclude(matching) if quantifier == "every" else rows.filter(matching))
        condition &= Q(found) if quantifier == "some" else ~Q(found)
    return condition
