"""`where`: nested conditions become one Django Q.

A field or a to-one link with null means `equals`. AND, OR and NOT combine conditions as in Prisma.
As in SQL, a row whose field is null meets neither a condition on the field nor its NOT.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from entity_api.description.entity import Relation
from entity_api.description.kind_lookup import kind_of_key
from entity_api.description.values import parse_boolean
from entity_api.query.errors import Path, refuse, refuse_unknown
from entity_api.query.limits import limit_where
from entity_api.query.lookups import Negation
from entity_api.query.operands import NOTHING, parse_operand
from entity_api.query.operators import NULL, compile_operators, match_id
from entity_api.query.scope import Scope

MAX_DEPTH = 8
QUANTIFIERS = ("some", "every", "none")
COMBINATORS = ("AND", "OR", "NOT")


def compile_where(scope: Scope, where: object) -> Q:
    """Return the condition that all conditions on an entity make.

    Raises ValidationError, with the path to the fault, for an unknown field or operator, for a
    wrong value, and for conditions that are too many or nested too deeply.
    """
    limit_where(where)
    return _compile(scope, where, ("where",))


def _compile(scope: Scope, where: object, path: Path) -> Q:
    condition = Q()
    # A link to many takes two names, as in `orders`, `some`, and so does OR with a number.
    if len(path) > 2 * MAX_DEPTH + 1:
        raise refuse(path, f"Conditions may be nested at most {MAX_DEPTH} deep.", "too_deep")
    for name, value in _read_mapping(where, path).items():
        condition &= _compile_name(scope, name, value, (*path, name))
    return condition


def _read_mapping(value: object, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise refuse(path, "This must be a mapping of names to conditions.")
    return value


def _compile_name(scope: Scope, name: str, value: object, path: Path) -> Q:
    if name in COMBINATORS:
        return _combine(scope, name, value, path)
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


def _combine(scope: Scope, name: str, value: object, path: Path) -> Q:
    """Return what AND, OR or NOT makes of a condition or of a list of them.

    NOT of a list excludes what meets any of them. OR of an empty list finds no row. A mapping
    without conditions leaves out no row, also under NOT.
    """
    if value is None:
        return Q()
    if isinstance(value, list):
        parts = [_compile(scope, item, (*path, str(at))) for at, item in enumerate(value)]
    else:
        parts = [_compile(scope, value, path)]
    if name == "OR":
        return _join_alternatives(parts)
    if name == "NOT":
        parts = [Q(Negation(part)) for part in parts if part]
    return reduce(and_, parts, Q())


def _join_alternatives(parts: list[Q]) -> Q:
    if not parts:
        return NOTHING
    return reduce(or_, parts) if all(parts) else Q()


def _lead_nowhere(target: Scope, relation: Relation) -> Q:
    """Match the rows whose link reads as null: it has no row, or the caller may not see the row."""
    empty = Q(**{f"{relation.lookup}__isnull": True})
    return empty if target.rows is None else empty | ~_lead_to_seen(target, relation)


def _lead_to_seen(target: Scope, relation: Relation) -> Q:
    if target.rows is None:
        return Q()
    return Q(**{f"{relation.key}__in": target.rows.values("pk")})


def _compile_to_one(target: Scope, relation: Relation, value: object, path: Path) -> Q:
    """Return the condition on the linked row. A hidden row is no linked row."""
    given = dict(_read_mapping(value, path))
    condition = Q()
    if (is_null := given.pop(NULL, None)) is not None:
        nowhere = _lead_nowhere(target, relation)
        is_empty = parse_operand(parse_boolean, is_null, (*path, NULL))
        condition &= nowhere if is_empty else ~nowhere
    # The column of the link holds the id, which finds the row by an index.
    if not isinstance(given.get("id"), Mapping) and (key := given.pop("id", None)) is not None:
        seen = _lead_to_seen(target, relation)
        kind = kind_of_key(relation.target)
        condition &= match_id(kind, relation.key, "equals", key, (*path, "id")) & seen
    if matching := _compile(target, given, path):
        rows = _list_seen(target, relation).filter(pk=OuterRef(relation.key))
        condition &= Q(Exists(rows.filter(matching).order_by()))
    return condition


def _list_seen(target: Scope, relation: Relation) -> QuerySet[Any]:
    return relation.target._base_manager.all() if target.rows is None else target.rows


def _compile_to_many(target: Scope, relation: Relation, value: object, path: Path) -> Q:
    condition = Q()
    seen = _list_seen(target, relation)
    rows = seen.filter(**{relation.reverse_key: OuterRef("pk")}).order_by()
    for quantifier, where in _read_mapping(value, path).items():
        inner = (*path, quantifier)
        if quantifier not in QUANTIFIERS:
            raise refuse_unknown(inner, "operator")
        if where is None:
            continue
        matching = _compile(target, where, inner)
        if quantifier == "every" and not matching:
            continue
        found = Exists(rows.filter(_miss(matching) if quantifier == "every" else matching))
        condition &= Q(found) if quantifier == "some" else ~Q(found)
    return condition


def _miss(condition: Q) -> Q:
    """Match the rows that do not meet the condition, also those for which SQL does not know it."""
    met = Case(When(condition, then=Value(value=True)), default=Value(value=False))
    return Q(Negation(Q(met)))
