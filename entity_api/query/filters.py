"""`where`: nested conditions become one Django Q.

A row whose field is null meets `equals`, `lt`, `contains` … of no value, and neither `not` nor `notIn` (so SQL has it,
and the clients of the reference expect it). Null itself is asked for by `equals` and `not`, as Prisma has it, or by
`isNull`, as a query string has no null. A field or a to-one link that is given null means `equals`. Any other operator
that is given null is no condition.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q

from entity_api.description.entity import ColumnField, Relation
from entity_api.query.errors import Path, refuse, refuse_unknown
from entity_api.query.scope import Scope
from entity_api.query.values import parse_id, parse_value

MAX_LIST = 1_000
# Without regard to case each value is a comparison of its own, and SQLite nests no more than 1,000 of them.
MAX_FOLDED_LIST = 100
MAX_DEPTH = 8
NOTHING = Q(pk__in=())

COMPARISONS = ("lt", "lte", "gt", "gte")
TEXT = {"contains": "contains", "startsWith": "startswith", "endsWith": "endswith"}
NULL = "isNull"
MODES = ("default", "insensitive")


def compile_where(scope: Scope, where: object, path: Path = ("where",)) -> Q:
    """Compile the conditions of one entity, all of which must hold.

    Raises ValidationError, with the path to the fault, for an unknown field or operator and for a wrong value.
    """
    condition = Q()
    if len(path) > 2 * MAX_DEPTH:
        raise refuse(path, f"Conditions may be nested at most {MAX_DEPTH} links deep.", "too_deep")
    for name, value in _read_mapping(where, path).items():
        condition &= _compile_field(scope, name, value, (*path, name))
    return condition


def _read_mapping(value: object, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise refuse(path, "This must be a mapping of names to conditions.")
    return value


def _compile_field(scope: Scope, name: str, value: object, path: Path) -> Q:
    if field := scope.find_field(name):
        return compile_operators(field, value, path)
    if not (link := scope.find_relation(name)):
        raise refuse_unknown(path, "field")
    if not (target := scope.find(link.target)):
        raise refuse_unknown(path, "field")
    if link.many:
        return Q() if value is None else _compile_to_many(target, link, value, path)
    return (
        _lead_nowhere(target, link) if value is None else _compile_to_one(target, link, value, path)
    )


def _lead_nowhere(target: Scope, link: Relation) -> Q:
    """Match the rows whose link reads as null: it has no row, or one that the caller may not see."""
    empty = Q(**{f"{link.field}__isnull": True})
    return (
        empty
        if target.rows is None
        else empty | ~Q(**{f"{link.field}__in": target.rows.values("pk")})
    )


def _compile_to_one(target: Scope, link: Relation, value: object, path: Path) -> Q:
    # A link to a row that the caller may not see reads as null, so it is not found by its id either.
    seen = Q() if target.rows is None else Q(**{f"{link.field}__in": target.rows.values("pk")})
    condition = Q()
    for name, operand in _read_mapping(value, path).items():
        inner = (*path, name)
        if name not in ("id", NULL):
            raise refuse_unknown(inner, "field")
        if operand is None:
            continue
        if name == "id":
            condition &= _match_id(link.field, "equals", operand, inner) & seen
        else:
            nowhere = _lead_nowhere(target, link)
            condition &= nowhere if parse_value("boolean", operand, inner) else ~nowhere
    return condition


def _compile_to_many(target: Scope, link: Relation, value: object, path: Path) -> Q:
    condition = Q()
    every = link.target._base_manager.all()
    seen = every if target.rows is None else target.rows
    rows = seen.filter(**{link.reverse_lookup: OuterRef("pk")}).order_by()
    for quantifier, where in _read_mapping(value, path).items():
        inner = (*path, quantifier)
        if quantifier not in ("some", "every", "none"):
            raise refuse_unknown(inner, "operator")
        if where is None:
            continue
        matching = compile_where(target, where, inner)
        if quantifier == "every" and not matching:
            continue
        found = Exists(rows.exclude(matching) if quantifier == "every" else rows.filter(matching))
        condition &= Q(found) if quantifier == "some" else ~Q(found)
    return condition


def compile_operators(field: ColumnField, value: object, path: Path) -> Q:
    """Compile the operators on one field; a bare value means `equals`."""
    operators = dict(value) if isinstance(value, Mapping) else {"equals": value}
    folded = _read_mode(field, operators.pop("mode", None), (*path, "mode"))
    match = _match_id_operator if field.kind == "id" else _match_folded if folded else _match
    condition = Q()
    for operator, operand in operators.items():
        if operand is not None:
            condition &= _apply(field, match, operator, operand, (*path, operator))
        elif operator == "equals":
            condition &= _is_null(field)
        elif operator == "not":
            condition &= _has_value(field)
    return condition


def _read_mode(field: ColumnField, mode: object, path: Path) -> bool:
    if mode is None:
        return False
    if field.kind not in ("text", "id"):
        raise refuse_unknown(path, "operator")
    if mode not in MODES:
        raise refuse(path, "This must be default or insensitive.")
    return mode == "insensitive"


Match = Callable[[ColumnField, str, object, Path], Q]


def _apply(field: ColumnField, match: Match, operator: str, operand: object, path: Path) -> Q:
    if operator == NULL and field.nullable:
        return _is_null(field) if parse_value("boolean", operand, path) else _has_value(field)
    if operator == "not":
        return _has_value(field) & ~match(field, "equals", operand, path)
    if operator == "in":
        return _match_any(field, match, operand, path)
    if operator == "notIn":
        return _has_value(field) & ~_match_any(field, match, operand, path)
    return match(field, operator, operand, path)


def _is_null(field: ColumnField) -> Q:
    return Q(**{f"{field.column}__isnull": True}) if field.nullable else NOTHING


def _has_value(field: ColumnField) -> Q:
    return Q(**{f"{field.column}__isnull": False}) if field.nullable else Q()


def _match_any(field: ColumnField, match: Match, operand: object, path: Path) -> Q:
    items = operand if isinstance(operand, list) else [operand]
    most = MAX_FOLDED_LIST if match is _match_folded else MAX_LIST
    if len(items) > most:
        raise refuse(path, f"This may hold at most {most} values.", "too_many")
    if match is _match_folded:
        return reduce(or_, (match(field, "equals", item, path) for item in items), NOTHING)
    values = [
        parse_value(field.kind, item, (*path, str(position))) for position, item in enumerate(items)
    ]
    if field.kind == "id":
        values = [value for text in values if (value := parse_id(text))]
    return Q(**{f"{field.column}__in": values})


def _match(field: ColumnField, operator: str, operand: object, path: Path) -> Q:
    if operator == "equals":
        lookup = "exact"
    elif operator in COMPARISONS and field.kind != "boolean":
        lookup = operator
    elif operator in TEXT and field.kind == "text":
        lookup = f"exact_{TEXT[operator]}"
    else:
        raise refuse_unknown(path, "operator")
    return Q(**{f"{field.column}__{lookup}": parse_value(field.kind, operand, path)})


def _match_folded(field: ColumnField, operator: str, operand: object, path: Path) -> Q:
    if operator != "equals" and operator not in TEXT:
        return _match(field, operator, operand, path)
    lookup = f"folded_{TEXT.get(operator, 'equals')}"
    return Q(**{f"{field.column}__{lookup}": parse_value(field.kind, operand, path)})


def _match_id_operator(field: ColumnField, operator: str, operand: object, path: Path) -> Q:
    return _match_id(field.column, operator, operand, path)


def _match_id(column: str, operator: str, operand: object, path: Path) -> Q:
    text = parse_value("id", operand, path)
    if operator in TEXT:
        return Q(**{f"{column}__id_text__exact_{TEXT[operator]}": text.lower()})
    if operator != "equals" and operator not in COMPARISONS:
        raise refuse_unknown(path, "operator")
    value = parse_id(text)
    if value is not None:
        return Q(**{f"{column}__{'exact' if operator == 'equals' else operator}": value})
    if operator == "equals":
        return NOTHING
    raise refuse(path, "This must be an id to compare with.")
