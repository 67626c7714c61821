from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import NotSupportedError, ProgrammingError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from runtime.command import ProjectCommand

# Seconds that one waits for another: as long as the migrations of a large database.
PATIENCE = 3_600
# Chosen at random. The database has one such lock.
LOCK = 5_812_463_907_114_205_377


class Command(ProjectCommand, migrate.Command):
    """Django's `migrate`, one at a time on a database of PostgreSQL.

    Two at once would both apply what both found missing: one fails, or rows are changed twice.
    """

    help = "Applies the migrations that are missing. On PostgreSQL, several runs take turns."
    examples = ("migrate", "migrate --plan", "migrate --check")
    after_interrupt = "The migrations that have ended are kept."

    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        with take_turn(options["database"], self.stderr.write):
            super().handle(*args, **options)


@contextmanager
def take_turn(
    alias: str, say: Callable[[str], object], patience: float = PATIENCE
) -> Iterator[None]:
    """Keep other migrations of the database out. `say` gets a line if there is a wait.

    Raises CommandError after `patience` seconds. SQLite lets one write at a time, and has no turns.
    """
    if connections[alias].vendor != "postgresql":
        yield
        return
    # An open transaction holds the lock, through a pooler too. It holds no snapshot, for which
    # CREATE INDEX CONCURRENTLY would wait.
    connection = connections.create_connection(alias)
    try:
        connection.set_autocommit(False)
        deadline = monotonic() + patience
        is_waiting = False
        while not _try_lock(connection):
            if monotonic() > deadline:
                raise CommandError(
                    f"Another migrate of this database has not ended for {patience:.0f} seconds. "
                    "Nothing was changed. Wait for it or stop it, then try again."
                )
            if not is_waiting:
                say("Another migrate of this database is at work: waiting for it.")
            is_waiting = True
            sleep(0.2)
        yield
    finally:
        connection.close()


def _try_lock(connection: BaseDatabaseWrapper) -> bool:
    """Return whether this transaction has the lock, also if the engine has no such locks."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if cursor.fetchone()[0]:
                return True
    except (NotSupportedError, ProgrammingError):
        return True
    connection.rollback()
    return False
