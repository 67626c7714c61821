"""Values of a queryset that are left open: a statement is given them each time it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Expression, Field, Q, QuerySet, Value


class Parameter(Expression):
    """A value in a queryset that is given each time its statement runs, under this name:
    `filter(pk=Parameter(…))`.
    """

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "%s", [self]


def fill(condition: Q, values: Mapping[str, Any]) -> Q:
    """Return the condition with values in place of its Parameters.

    A Parameter may be compared with a field, also in the conditions of a queryset that the
    condition holds. A value of `None` meets no row, as NULL in SQL; Django's own lookups would find
    the rows without a value.
    """
    return Q.create(
        [_fill_child(child, values) for child in condition.children],
        connector=condition.connector,
        negated=condition.negated,
    )


def _fill_child(child: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(child, Q):
        return fill(child, values)
    if not isinstance(child, tuple):
        return child.replace_expressions(_Given(values))
    name, value = child
    if isinstance(value, QuerySet):
        rows = value.all()
        given: Any = _Given(values)
        rows.query.where = rows.query.where.replace_expressions(given)
        return name, rows
    return name, _Given(values).get(value, value)


class _Given:
    """The replacements of Parameters, in the way in which Django's expressions ask for them."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def get(self, expression: Any, default: Any = None) -> Any:
        if isinstance(expression, Parameter):
            return Value(self._values[expression.name], expression.output_field)
        return default
