"""A row changed in passing: the change is a note that may be lost, so it waits for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, router, transaction
from django.db.models import Model

# PostgreSQL runs these and the UPDATE as one transaction, in one round trip. Milliseconds for a
# lock on the table; a locked row is passed over. The note does not wait for the disk either.
_BRIEFLY = """SET LOCAL lock_timeout = 50; SET LOCAL statement_timeout = 1000;
SET LOCAL synchronous_commit = off;
"""


def note(model: type[Model], key: Any, name: str, value: Any) -> None:
    """Set the field `name` of the row with this key, unless another writer holds the row.

    Costs one query. Raises django.db.Error where the database cannot be written at once, also
    inside a transaction, which can go on all the same. Sends no signal.
    """
    using = router.db_for_write(model)
    connection = connections[using]
    with _without_waiting(connection) as prefix, connection.cursor() as cursor:
        values = (
            _prepare(model, field, each, connection) for field, each in ((name, value), ("pk", key))
        )
        cursor.execute(prefix + _make_update(model, name, connection), list(values))


@contextmanager
def _without_waiting(connection: Any) -> Iterator[str]:
    """Yield what the statement has to begin with."""
    if connection.in_atomic_block:
        with transaction.atomic(connection.alias):
            yield ""
    elif connection.vendor == "postgresql":
        yield _BRIEFLY
    else:
        with _impatient(connection):
            yield ""


@contextmanager
def _impatient(connection: Any) -> Iterator[None]:
    """Let SQLite fail at once where another process or thread writes."""
    connection.ensure_connection()
    # Past Django, which would count them among its queries: they reach no file.
    execute = connection.connection.execute
    [patience] = execute("PRAGMA busy_timeout").fetchone()
    execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        execute(f"PRAGMA busy_timeout = {int(patience)}")


def _make_update(model: type[Model], name: str, connection: Any) -> str:
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk and model._meta.pk.column))
    column = quote(str(model._meta.get_field(name).column))  # type: ignore[union-attr]
    free = "%s"
    if connection.features.has_select_for_update_skip_locked:
        free = f"(SELECT {key} FROM {table} WHERE {key} = %s FOR NO KEY UPDATE SKIP LOCKED)"  # noqa: S608
    return f"UPDATE {table} SET {column} = %s WHERE {key} = {free}"  # noqa: S608


def _prepare(model: type[Model], name: str, value: Any, connection: Any) -> Any:
    field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return field.get_db_prep_save(value, connection)
