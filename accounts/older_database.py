"""Recognises a database of an older version, whose users belonged to the app `entities`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError, connections

OLD_TABLE, NEW_TABLE = "entities_user", "accounts_user"


def check_older_database(
    databases: Sequence[str] | None = None, **_: object
) -> list[checks.CheckMessage]:
    """Refuse a database of an older version. A database that is away is no fault here."""
    try:
        older = [alias for alias in databases or () if is_older(connections[alias])]
    except DatabaseError:
        return []
    return [_report(alias) for alias in older]


def is_older(connection: Any) -> bool:
    """Whether the users are in the table of an older version; raises DatabaseError."""
    # A server keeps no connection of its start.
    with connection.temporary_connection() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    return OLD_TABLE in tables and NEW_TABLE not in tables


def _report(alias: str) -> checks.CheckMessage:
    return checks.Error(
        f"The database {alias!r} is of an older version: its users are in {OLD_TABLE}.",
        hint="Make a backup, then run `manage.py adopt_database`. It keeps all data.",
        id="accounts.E005",
    )
