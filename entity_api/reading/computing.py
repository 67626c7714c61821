"""Errors of a query that computes annotated fields: some row has values that do not allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError

from api_http.data_faults import Uncomputable, is_data_fault
from entity_api.description.row_columns import RowColumn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

# The database refuses to compute, or what it computes is no value of Python.
COMPUTING_ERRORS = (DatabaseError, ArithmeticError, TypeError, ValueError)


def refuse_uncomputable(error: Exception, rows: QuerySet[Any, Any]) -> None:
    """Raise Uncomputable for an error of the query of these rows, if it computes fields.

    Any other error is left to the caller to raise.
    """
    is_other = isinstance(error, DatabaseError) and not is_data_fault(error)
    fields = [] if is_other else _list_computed(rows)
    if fields:
        raise Uncomputable(fields) from error


def _list_computed(rows: QuerySet[Any, Any]) -> list[str]:
    """Return the annotated fields that the SQL computes, such as `Customer.orderCount`."""
    try:
        sql, _ = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return []
    return sorted(str(each.verbose_name) for each in _list_columns() if f'"{each.mark}"' in sql)


def _list_columns() -> Iterator[RowColumn]:
    for model in apps.get_models():
        fields: list[Any] = model._meta.private_fields
        yield from (field for field in fields if isinstance(field, RowColumn))
