"""The operators of a condition on a list of values: each becomes a Django Q.

A row whose list is null meets none of them.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from django.db.models import JSONField, Q, Value

from entity_api.description.entity import ColumnField
from entity_api.description.field_kind import HAS, HAS_SOME, IS_EMPTY
from entity_api.description.values import parse_boolean
from entity_api.query.errors import Path, refuse
from entity_api.query.operands import NOTHING, parse_operand

# Each value is a comparison, and SQLite nests no more than 1,000 of them.
MAX_ITEMS = 100


def match_items(field: ColumnField, operator: str, operand: object, path: Path) -> Q:
    """Return the condition of `has`, `hasSome`, `hasEvery` or `isEmpty` on a list.

    Raises ValidationError for a value that no item of the list can have.
    """
    if operator == IS_EMPTY:
        return _match_empty(field, is_empty=parse_operand(parse_boolean, operand, path))
    if operator == HAS:
        return _match_item(field, operand, path)
    items = operand if isinstance(operand, list) else [operand]
    if len(items) > MAX_ITEMS:
        raise refuse(path, f"This may hold at most {MAX_ITEMS} values.", "too_many")
    found = [_match_item(field, item, (*path, str(place))) for place, item in enumerate(items)]
    if operator == HAS_SOME:
        return reduce(or_, found, NOTHING)
    return reduce(and_, found, Q(**{f"{field.column}__isnull": False}))


def _match_empty(field: ColumnField, *, is_empty: bool) -> Q:
    empty = Q(**{field.column: Value([], JSONField())})
    return empty if is_empty else Q(**{f"{field.column}__isnull": False}) & ~empty


def _match_item(field: ColumnField, item: object, path: Path) -> Q:
    return Q(**{f"{field.column}__has_item": parse_operand(field.kind.parse, item, path)})
