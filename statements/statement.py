"""A queryset that is compiled to SQL once and run many times: compiling takes Django longer than
the database needs.

Neither the domain nor authentication owns this, and both use it; it knows nothing of either.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Field, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

from statements.parameters import Parameter

Row = Sequence[Any]
# The index of a column, its converters, and the expression that they are given.
Converters = Sequence[tuple[int, list[Callable[..., Any]], Any]]


class ListField(Field):  # type: ignore[type-arg]  # (Django's is not generic at run time)
    """A list of a field's values as one value: an array on PostgreSQL, JSON text on SQLite."""

    def __init__(self, item: Field[Any, Any]) -> None:
        super().__init__()
        self._item = item

    def get_db_prep_value(
        self,
        value: Iterable[Any],
        connection: Any,
        prepared: bool = False,  # noqa: FBT001, FBT002 (Django's signature)
    ) -> Any:
        values = [self._item.get_db_prep_value(each, connection, prepared) for each in value]
        return values if connection.vendor == "postgresql" else json.dumps(values)


@dataclass(frozen=True)
class _Compiled:
    sql: str
    parameters: Sequence[Any]
    converters: Converters

    @cached_property
    def limited(self) -> str:
        return f"{self.sql} LIMIT %s"

    @property
    def prepare(self) -> bool | None:
        """Return False if the database must plan with the values: they are fixed, or a text is.

        With other fixed values the same SQL is another statement. And from the sixth time on,
        PostgreSQL plans a prepared statement without its values. For a part of a text it then
        passes over the index made for it and reads 1,000,000 rows: 1 s instead of 5 ms.
        """
        fixed = [each for each in self.parameters if not isinstance(each, Parameter)]
        is_open = len(fixed) < len(self.parameters) and not any(
            isinstance(each, str) for each in fixed
        )
        return None if is_open or not fixed else False


class Statement:
    """The SQL of a queryset, with its Parameters left open. It takes a queryset of `values_list()`.

    Everything else in the queryset is fixed, also its database.
    """

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self.rows = rows

    def fetch(self, limit: int | None = None, **values: Any) -> list[Row]:
        """Return all rows, or at most `limit`, with the values as Django gives them: one query.

        The queryset of a statement that is given a limit must not be sliced.
        """
        compiled = self._compiled
        if compiled is None:
            return []
        connection: Any = connections[self.rows.db]
        parameters = [
            each.output_field.get_db_prep_value(values[each.name], connection)
            if isinstance(each, Parameter)
            else each
            for each in compiled.parameters
        ]
        sql = compiled.sql
        if limit is not None:
            # A parameter, so that all limits share one prepared statement.
            sql = compiled.limited
            parameters.append(limit)
        rows = run_statement(connection, sql, parameters, prepare=self._prepare)
        return convert_rows(rows, compiled.converters, connection)

    @cached_property
    def _prepare(self) -> bool | None:
        return self._compiled.prepare if self._compiled else None

    @cached_property
    def _compiled(self) -> _Compiled | None:
        """The SQL for the database; `None` if no row can meet the conditions."""
        compiler = self.rows.query.get_compiler(self.rows.db)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        return _Compiled(
            sql,
            parameters,
            find_converters(compiler, [expression for expression, *_ in compiler.select]),
        )


def run_statement(
    connection: Any, sql: str, values: Sequence[Any], *, prepare: bool | None = None
) -> list[Row]:
    """Run one statement and return all of its rows, as the database gives them."""
    # Only our own backend has a way for compiled statements (runtime/postgresql).
    if own := getattr(connection, "run_statement", None):
        return own(sql, values, prepare=prepare)  # type: ignore[no-any-return]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def find_converters(compiler: Any, expressions: Sequence[Any]) -> Converters:
    """Find what makes Django's values of those of a database that has no such types."""
    return [
        (index, *converters) for index, converters in compiler.get_converters(expressions).items()
    ]


def convert_rows(rows: list[Row], converters: Converters, connection: Any) -> list[Row]:
    return [_convert(row, converters, connection) for row in rows] if converters else rows


def _convert(row: Row, converters: Converters, connection: Any) -> Row:
    values = list(row)
    for index, converts, expression in converters:
        for convert in converts:
            values[index] = convert(values[index], expression, connection)
    return values


class InstanceColumns:
    """The columns of a model in a statement, and how a row of them becomes an instance again.

    `path` leads to the model from the statement's, as in lookups ("user__").
    """

    def __init__(self, model: type[Model], path: str = "") -> None:
        self._model = model
        self._attributes = [field.attname for field in model._meta.concrete_fields]
        self.names = [f"{path}{name}" for name in self._attributes]

    def build(self, values: Row, using: str = "default") -> Any:
        """Return the same instance as `from_db()`.

        It takes a tenth of the time for models without own `__init__`, `from_db` or init signals.
        """
        model = self._model
        if not self._is_made_plainly():
            return model.from_db(using, self._attributes, values)
        instance, state = model.__new__(model), ModelState()
        state.adding, state.db = False, using
        vars(instance).update(zip(self._attributes, values, strict=True), _state=state)
        return instance

    def begin(self, key: Any, using: str) -> Any:
        """Return an instance with this key, whose other values do not matter: no defaults are made.

        An own `__init__` may read them, so it gets the defaults.
        """
        if not self._is_made_plainly():
            return self._model(pk=key)
        pk: Any = self._model._meta.pk
        return self.build([key if name == pk.attname else None for name in self._attributes], using)

    def _is_made_plainly(self) -> bool:
        model = self._model
        # Most projects have no receivers, and to ask for those of a model takes longer.
        if pre_init.receivers and pre_init.has_listeners(model):
            return False
        if post_init.receivers and post_init.has_listeners(model):
            return False
        return _is_made_plainly(model)


@cache
def _is_made_plainly(model: type[Model]) -> bool:
    plain = (DeferredAttribute, ForeignKeyDeferredAttribute)
    attributes = (getattr(model, field.attname) for field in model._meta.concrete_fields)
    made = _list_makers(model) == _list_makers(Model)
    return made and all(type(each) in plain for each in attributes)


def _list_makers(model: Any) -> tuple[Any, Any]:
    return model.__init__, model.from_db.__func__
