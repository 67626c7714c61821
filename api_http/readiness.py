"""Whether this process can do its work at the moment, part by part."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from functools import cache as once
from pathlib import Path

from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from runtime.stopping import is_stopping

logger = logging.getLogger(__name__)
Migration = tuple[str, str]


def find_unready_part() -> str | None:
    """Return a sentence about the first part that fails; `None` if all work.

    The log has the cause.
    """
    if is_stopping():
        return "The service is stopping."
    for works, detail in CHECKS.items():
        try:
            if works():
                continue
        except Exception:  # any failure means not ready, and the probe must get its answer
            logger.warning("Not ready: %s", detail, exc_info=True, extra={"status_code": 503})
        else:
            logger.warning("Not ready: %s", detail, extra={"status_code": 503})
        return detail
    return None


def can_write_database() -> bool:
    """Whether the database reports that it takes writes. Writes nothing and waits for no lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            return bool(cursor.fetchone() == ("off",))
    connection.ensure_connection()
    if connection.is_in_memory_db():  # type: ignore[attr-defined]  # (SQLite's)
        return True
    # SQLite goes on with a file that was moved away, and loses what it writes there.
    file = Path(connection.settings_dict["NAME"])
    return file.is_file() and os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def is_migrated() -> bool:
    """Whether the database has all migrations of this code.

    It may have more, of a later version.
    """
    return not find_missing_migrations()


def find_missing_migrations() -> set[Migration]:
    """Return the migrations of this code that the database does not have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = {(app, name) for app, name in cursor.fetchall()}
    wanted = list_migrations()
    replaced = {each for key in wanted.keys() & applied for each in wanted[key]}
    missing = wanted.keys() - applied - replaced
    return {key for key in missing if not (wanted[key] and wanted[key] <= applied)}


@once
def list_migrations() -> Mapping[Migration, frozenset[Migration]]:
    """Return the migrations of the installed apps, each with those that it replaces (a squashed
    one).
    """
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return {
        key: frozenset((app, name) for app, name in each.replaces)
        for key, each in loader.disk_migrations.items()
    }


def can_use_cache() -> bool:
    # A full Redis can be read, and a replica too. Logins have to be counted.
    cache.set("ready", 1, timeout=60)
    return True


CHECKS: Mapping[Callable[[], bool], str] = {
    can_write_database: "The database cannot be written.",
    is_migrated: "Migrations are missing in the database.",
    can_use_cache: "The cache cannot be used.",
}
