"""The condition on rows after a position in an order. The database can use an index for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Func, Q, Value
from django.db.models.expressions import ExpressionList

from entity_api.query.operands import NOTHING
from entity_api.query.ordering import OrderKey


def compile_after(keys: Sequence[OrderKey], values: Sequence[Any]) -> Q:
    """Return the condition on rows that come after the row with these values of the keys."""
    (key, *more), (value, *rest) = keys, values
    if not any(each.nullable or each.descending != key.descending for each in keys):
        return _compile_row(keys, values)
    after = _compile_beyond(key, value)
    if more:
        same = {f"{key.column}__isnull": True} if value is None else {key.column: Value(value)}
        after |= Q(**same) & compile_after(more, rest)
    if value is None or _ends_with_nulls(key):
        return after
    # This follows from the rest, and a database can use an index for it.
    return Q(**{f"{key.column}__{'lte' if key.descending else 'gte'}": Value(value)}) & after


def _compile_row(keys: Sequence[OrderKey], values: Sequence[Any]) -> Q:
    """Return `(a, b) > (x, y)`: a single step in an index on a and b, also with many ties in a."""
    sides = ExpressionList(*(key.expression for key in keys)), ExpressionList(*map(Value, values))
    joiner = ") < (" if keys[0].descending else ") > ("
    return Q(
        Func(*sides, template="(%(expressions)s)", arg_joiner=joiner, output_field=BooleanField())
    )


def _compile_beyond(key: OrderKey, value: object) -> Q:
    if value is None:
        return NOTHING if _ends_with_nulls(key) else Q(**{f"{key.column}__isnull": False})
    beyond = Q(**{f"{key.column}__{'lt' if key.descending else 'gt'}": Value(value)})
    return beyond | Q(**{f"{key.column}__isnull": True}) if _ends_with_nulls(key) else beyond


def _ends_with_nulls(key: OrderKey) -> bool:
    return key.nullable and not key.descending
