"""The operators of a condition on a field: each becomes a Django Q.

A row whose field is null meets neither `equals`, `lt`, `contains` … nor `not` and `notIn`, as in
SQL. `{"equals": null}` and `{"not": null}` ask for null itself, as Prisma has it, and `isNull` does
in a query string, which has no null. Any other operator with null is no condition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from entity_api.description.entity import ColumnField
from entity_api.description.field_kind import COMPARISONS, ITEMS, LISTS, MODE, TEXT
from entity_api.description.values import parse_boolean, parse_text
from entity_api.query.errors import Path, refuse, refuse_unknown
from entity_api.query.list_operators import match_items
from entity_api.query.operands import NOTHING, parse_operand

if TYPE_CHECKING:
    from entity_api.description.field_kind import FieldKind

MAX_LIST = 1_000
# Without regard to case each value is a comparison, and SQLite nests no more than 1,000 of them.
MAX_FOLDED_LIST = 100
NULL = "isNull"
MODES = ("default", "insensitive")
# The lookups of operators with regard to case (entity_api/query/lookups.py).
_LOOKUPS = {
    "equals": "exact",
    **{operator: operator for operator in COMPARISONS},
    **{operator: f"exact_{operator.lower()}" for operator in TEXT},
}
_FOLDED = {
    "equals": "folded_equals",
    **{operator: f"folded_{operator.lower()}" for operator in TEXT},
}

Match = Callable[[ColumnField, str, object, Path], Q]


def compile_operators(field: ColumnField, value: object, path: Path) -> Q:
    """Return the condition that all operators on a field make; a bare value means `equals`.

    Raises ValidationError, with the path to the fault, for an unknown operator or a wrong value.
    """
    operators = dict(value) if isinstance(value, Mapping) else {"equals": value}
    is_folded = _read_mode(field, operators.pop(MODE, None), (*path, MODE))
    match = _choose_match(field, is_folded=is_folded)
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
    if MODE not in field.kind.operators:
        raise refuse_unknown(path, "operator")
    if mode not in MODES:
        raise refuse(path, "This must be default or insensitive.")
    return mode == "insensitive"


def _choose_match(field: ColumnField, *, is_folded: bool) -> Match:
    if field.kind.name == "id":
        return _match_id_field
    return _match_folded if is_folded else _match


def _apply(field: ColumnField, match: Match, operator: str, operand: object, path: Path) -> Q:
    if operator == NULL and field.nullable:
        is_null = parse_operand(parse_boolean, operand, path)
        return _is_null(field) if is_null else _has_value(field)
    if operator not in field.kind.operators:
        raise refuse_unknown(path, "operator")
    if operator in ITEMS:
        return match_items(field, operator, operand, path)
    if operator == "not":
        return _has_value(field) & ~match(field, "equals", operand, path)
    if operator in LISTS:
        found = _match_any(field, match, operand, path)
        return found if operator == "in" else _has_value(field) & ~found
    return match(field, operator, operand, path)


def _is_null(field: ColumnField) -> Q:
    if not field.nullable:
        return NOTHING
    is_null = Q(**{f"{field.column}__isnull": True})
    return is_null | Q(**{field.column: ""}) if field.kind.empty_is_null else is_null


def _has_value(field: ColumnField) -> Q:
    if field.kind.empty_is_null:
        return Q(**{f"{field.column}__gt": ""})
    return Q(**{f"{field.column}__isnull": False}) if field.nullable else Q()


def _match_any(field: ColumnField, match: Match, operand: object, path: Path) -> Q:
    items = operand if isinstance(operand, list) else [operand]
    most = MAX_FOLDED_LIST if match is _match_folded else MAX_LIST
    if len(items) > most:
        raise refuse(path, f"This may hold at most {most} values.", "too_many")
    if match is _match_folded:
        return reduce(or_, (match(field, "equals", item, path) for item in items), NOTHING)
    values = [
        parse_operand(field.kind.parse, item, (*path, str(position)))
        for position, item in enumerate(items)
    ]
    if match is _match_id_field:
        values = [value for text in values if (value := _parse_id(field.kind, text)) is not None]
    return Q(**{f"{field.column}__in": values})


def _match(field: ColumnField, operator: str, operand: object, path: Path) -> Q:
    value = parse_operand(field.kind.parse, operand, path)
    lookup = field.kind.equals_lookup if operator == "equals" else _LOOKUPS[operator]
    return Q(**{f"{field.column}__{lookup}": value})


def _match_folded(field: ColumnField, operator: str, operand: object, path: Path) -> Q:
    if operator not in _FOLDED:
        return _match(field, operator, operand, path)
    value = parse_operand(field.kind.parse, operand, path)
    return Q(**{f"{field.column}__{_FOLDED[operator]}": value})


def _match_id_field(field: ColumnField, operator: str, operand: object, path: Path) -> Q:
    return match_id(field.kind, field.column, operator, operand, path)


def match_id(kind: FieldKind, column: str, operator: str, operand: object, path: Path) -> Q:
    """Return the condition on a column of ids of the kind, which are texts in a condition."""
    text = parse_operand(parse_text, operand, path)
    if operator in TEXT:
        return Q(**{f"{column}__id_text__{_LOOKUPS[operator]}": text.lower()})
    value = _parse_id(kind, text)
    if value is not None:
        return Q(**{f"{column}__{_LOOKUPS[operator]}": value})
    if operator == "equals":
        return NOTHING
    raise refuse(path, "This must be an id to compare with.")


def _parse_id(kind: FieldKind, text: str) -> Any:
    return kind.parse_id(text) if kind.parse_id else None
