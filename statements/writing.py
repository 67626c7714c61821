"""INSERT and UPDATE for models that do not customise `save()`. The SQL is compiled once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connections, router
from django.db.models import Field, Model
from django.db.models.signals import post_save, pre_save

from statements.cache import BoundedCache
from statements.statement import InstanceColumns, convert_rows, find_converters, run_statement

# A model that overrides one of these methods saves in another way.
METHODS = ("save", "save_base", "_save_table", "_do_insert", "_do_update")


def is_plain(model: type[Model]) -> bool:
    """Whether saving a row of the model is one statement: no receiver, method, parent or column has
    more to do.
    """
    return _has_plain_columns(model) and not (
        pre_save.has_listeners(model) or post_save.has_listeners(model)
    )


@cache
def _has_plain_columns(model: type[Model]) -> bool:
    own_way = any(getattr(model, name) is not getattr(Model, name) for name in METHODS)
    return (
        not own_way
        and not model._meta.parents
        and all(map(_is_plain_column, model._meta.concrete_fields))
    )


def _is_plain_column(field: Any) -> bool:
    special = field.generated or field.has_db_default() or _is_made(field) != field.db_returning
    return not special and not hasattr(field, "get_placeholder")


def _is_made(field: Any) -> bool:
    """Return whether the database numbers the rows by this column."""
    return bool(field.primary_key and field.db_returning)


def insert(instance: Model) -> None:
    """Insert the row as `save(force_insert=True)` does. Raises what the database does."""
    if not is_plain(type(instance)):
        instance.save(force_insert=True)
        return
    model = type(instance)
    using = router.db_for_write(model, instance=instance)
    fields: Any = model._meta.concrete_fields
    made = next((field for field in fields if _is_made(field)), None)
    if made and instance.pk is not None:
        made = None
    given = tuple(field for field in fields if field is not made)
    values = _prepare(given, instance, using, add=True)
    rows = run_statement(connections[using], _make_insert(model, given, made, using), values)
    if made:
        instance.pk = rows[0][0]
    state = instance._state  # noqa: SLF001 (an instance made by hand needs it)
    state.adding, state.db = False, using


def update(
    model: type[Model], key: Any, changes: Mapping[str, Any], always: Iterable[str] = ()
) -> Any:
    """Update the row with this key and return it as it is then; `None` if the row does not exist.

    The model must be plain.

    `changes` are the new values by field name; the fields of `always` get the value that they have
    after each save.
    """
    using = router.db_for_write(model)
    columns = _find_columns(model)
    instance = columns.begin(key, using)
    for name, value in changes.items():
        setattr(instance, name, value)
    fields = tuple(model._meta.get_field(name) for name in (*changes, *always))
    connection = connections[using]
    pk: Any = model._meta.pk
    values = [
        *_prepare(fields, instance, using, add=False),
        pk.get_db_prep_save(key, connection),
    ]
    found = run_statement(connection, _find_update(model, fields, using), values)
    rows = convert_rows(found, _find_converters(model, using), connection)
    return columns.build(rows[0], using) if rows else None


def _prepare(fields: Sequence[Any], instance: Model, using: str, *, add: bool) -> list[Any]:
    connection = connections[using]
    return [field.get_db_prep_save(field.pre_save(instance, add), connection) for field in fields]


@cache
def _make_insert(model: type[Model], given: tuple[Any, ...], made: Any, using: str) -> str:
    quote = connections[using].ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in given)
    table, marks = quote(model._meta.db_table), ", ".join(["%s"] * len(given))
    values = f"({columns}) VALUES ({marks})" if given else "DEFAULT VALUES"
    returning = f" RETURNING {quote(str(made.column))}" if made else ""
    return f"INSERT INTO {table} {values}{returning}"


# A client chooses the fields that it changes, and of those there are more combinations than memory.
_updates: BoundedCache[str] = BoundedCache(2**20, "updates")


def _find_update(model: type[Model], fields: tuple[Any, ...], using: str) -> str:
    sql: str | None = _updates.get((model, fields, using))
    if sql is None:
        sql = _make_update(model, fields, using)
        _updates.put((model, fields, using), sql, 500 + 10 * len(fields) + len(sql))
    return sql


def _make_update(model: type[Model], fields: tuple[Field[Any, Any], ...], using: str) -> str:
    quote = connections[using].ops.quote_name
    changes = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    columns = ", ".join(quote(str(field.column)) for field in model._meta.concrete_fields)
    key: Any = model._meta.pk
    table = quote(model._meta.db_table)
    return f"UPDATE {table} SET {changes} WHERE {quote(str(key.column))} = %s RETURNING {columns}"  # noqa: S608


@cache
def _find_columns(model: type[Model]) -> InstanceColumns:
    return InstanceColumns(model)


@cache
def _find_converters(model: type[Model], using: str) -> Any:
    compiler, table = (
        model._default_manager.using(using).query.get_compiler(using),
        model._meta.db_table,
    )
    return find_converters(
        compiler, [field.get_col(table) for field in model._meta.concrete_fields]
    )
