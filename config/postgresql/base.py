"""Django's PostgreSQL backend, with what a request of half a millisecond notices (ENGINE in config/storage.py)."""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Cursor
from psycopg.pq import TransactionStatus


class StatementCursor(Cursor[Any]):
    """Asks for values in binary form, which psycopg reads four times as fast as Django's text. On the server's side,
    what runs again and again is prepared (see `prepare_threshold`), unless `prepare` is False."""

    prepare: bool | None = None

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        return super().execute(*args, **{"binary": True, "prepare": self.prepare, **kwargs})


class DatabaseWrapper(base.DatabaseWrapper):
    _statements: StatementCursor | None = None

    def is_usable(self) -> bool:
        """Whether the connection works. Between transactions that costs a round trip only where the server has spoken
        unasked, as it does when it closes one."""
        return _is_idle(self.connection) or super().is_usable()

    def statement_cursor(self, *, prepare: bool | None = None) -> Any:
        """Return the connection's one cursor for statements (statements/), which fetch all rows at once.

        A new cursor finds out anew how each column is read, which takes as long as reading twenty rows.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self._statements is None or self._statements.connection is not self.connection:
            with self.wrap_database_errors:
                self._statements = StatementCursor(self.connection)
        self._statements.prepare = prepare
        return self._prepare_cursor(self._statements)  # type: ignore[attr-defined]


def _is_idle(connection: Any) -> bool:
    if connection is None or connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
