"""A column of a model that no table has: a query computes it for each row.

Every queryset of the model may name it, also over links. It is a query of its own on the row's key,
so an aggregate in it neither multiplies rows nor other aggregates.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Expression, QuerySet

if TYPE_CHECKING:
    from collections.abc import Mapping


def annotate_key(
    model: type[models.Model], expression: Any, name: str = "of_row"
) -> QuerySet[Any, Any]:
    """Return the keys of all rows with the expression under this name.

    Raises FieldError, TypeError or ValueError for an expression that the model cannot compute.
    """
    keys = model._base_manager.order_by().values("pk")
    rows: QuerySet[Any, Any] = keys.annotate(**{name: expression})
    return rows


def may_repeat_rows(keys: QuerySet[Any, Any]) -> bool:
    """Return whether the expression of `annotate_key` may have several values for a row.

    It has where it leads over a link to many outside of an aggregate.
    """
    query: Any = keys.query
    repeated = set[str]()
    for alias, join in query.alias_map.items():
        link = getattr(join, "join_field", None)
        is_many = link is not None and (link.one_to_many or link.many_to_many)
        if query.alias_refcount[alias] and (is_many or join.parent_alias in repeated):
            repeated.add(alias)
    found = query.annotations["of_row"].get_group_by_cols()
    return any(getattr(each, "alias", None) in repeated for each in _list_parts(found))


def _list_parts(expressions: list[Any]) -> list[Any]:
    """Return the expressions with all of which they are made."""
    return [
        part
        for each in expressions
        for part in (each, *_list_parts([one for one in each.get_source_expressions() if one]))
    ]


class RowColumn(models.Field):  # type: ignore[type-arg]  # (not generic at run time)
    """The column. Django takes it for a generated one, so nothing writes it."""

    generated = True

    def __init__(
        self, model: type[models.Model], name: str, expression: Any, output_field: Any
    ) -> None:
        super().__init__(name=name, null=True, editable=False, serialize=False)
        # Its name in SQL, by which it is found in a query that fails.
        self.mark = f"of_{name}"
        self.model = model
        self.expression = expression
        self.output_field = output_field
        self.set_attributes_from_name(name)

    def get_attname_column(self) -> Any:
        return self.name, None

    def get_col(self, alias: str, output_field: Any = None) -> Any:
        return RowValue(alias, self)

    @property
    def cached_col(self) -> Any:
        return RowValue(self.model._meta.db_table, self)


class RowValue(Expression):
    """The value of a column for the row of a table, which `alias` names in the query."""

    contains_column_references = True

    def __init__(self, alias: str, column: RowColumn) -> None:
        super().__init__(output_field=column.output_field)
        self.alias = alias
        self.column = column

    def relabeled_clone(self, change_map: Mapping[str, str]) -> Any:
        found = copy(self)
        found.alias = change_map.get(self.alias, self.alias)
        return found

    @property
    def identity(self) -> Any:
        return type(self), self.alias, self.column

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        model = self.column.model
        key: Any = model._meta.pk
        table = compiler.quote_name_unless_alias(self.alias)
        outer = _OuterKey(f"{table}.{connection.ops.quote_name(key.column)}", key)
        mark = self.column.mark
        rows = annotate_key(model, self.column.expression, mark).filter(pk=outer).values(mark)
        query = rows[:1].query
        query.subquery = True
        query.bump_prefix(compiler.query)
        return query.as_sql(query.get_compiler(connection=connection), connection)


class _OuterKey(Expression):
    """The key of the row of the outer query. No alias of the inner query takes its place."""

    def __init__(self, sql: str, key: Any) -> None:
        super().__init__(output_field=key)
        self.sql = sql

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return self.sql, []
