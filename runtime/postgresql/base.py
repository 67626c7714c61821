"""Django's PostgreSQL backend, with less work for each request (ENGINE in runtime/storage.py)."""

from __future__ import annotations

import select
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.backends.postgresql import base, operations
from psycopg import Error
from psycopg.pq import ConnStatus, TransactionStatus

from runtime.postgresql.lending import Lender, Loan, find_lender
from runtime.postgresql.statements import ConnectionStatements, Row

# A statement is prepared after this number of runs, unless DATABASE_URL sets another number.
PREPARED_AFTER = 5


class DatabaseOperations(operations.DatabaseOperations):
    def adapt_integerfield_value(self, value: Any, internal_type: str) -> Any:
        """Return an integer with the type of its column, or one that is longer with a longer type.

        In binary form a short type would drop the first digits, and find another row.
        """
        if isinstance(value, int):
            least, most = self.integer_field_range(internal_type)
            if not least <= value <= most:
                return value
        return super().adapt_integerfield_value(value, internal_type)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    _statements: ConnectionStatements | None = None
    # Who has lent this thread's connection, or the right to have one.
    _lender: Lender | None = None

    @property
    def is_lent(self) -> bool:
        """Whether the connection goes back to the process at the end of the request."""
        return self._lender is not None

    def connect(self) -> None:
        """Borrow a connection of this process, where it lends them, or make one."""
        if self._lender is None and (lender := find_lender(self.alias)):
            lender.take_place()
            self._lender = lender
        loan = self._lender.take_idle() if self._lender else None
        if loan is None:
            super().connect()
        else:
            self._adopt(loan)

    def _adopt(self, loan: Loan) -> None:
        """Begin as connect() of Django does, with a connection that is there already.

        Its health is to be checked.
        """
        self.in_atomic_block = self.needs_rollback = self.closed_in_transaction = (
            self.errors_occurred
        ) = False
        self.savepoint_ids, self.atomic_blocks, self.run_on_commit = [], [], []
        self.health_check_enabled, self.health_check_done = (
            self.settings_dict["CONN_HEALTH_CHECKS"],
            False,
        )
        self.autocommit = self.settings_dict["AUTOCOMMIT"]
        self.connection, self.close_at, self._statements = loan
        self.close_if_health_check_failed()
        if self.connection is None:
            self.connect()

    def return_loan(self) -> None:
        """Give a borrowed connection back, or close it if it cannot be lent again.

        Never raises.
        """
        if self._lender is None or self.in_atomic_block:
            return
        if self.connection is None or self.errors_occurred:
            # It is closed, or will be: the others lead to the same host, which may be away or only
            # be read.
            self.close()
            self._lender.close_idle()
        elif not self.autocommit or not _is_idle(self.connection):
            self.close()
        else:
            self._lender.keep(Loan(self.connection, self.close_at, self._statements))
        self.connection = self._statements = None
        self._lender.give_place_back()
        self._lender = None

    def init_connection_state(self) -> None:
        super().init_connection_state()
        threshold = self.connection.prepare_threshold
        if not self._set_up_session():
            # Django's cursors on the server's side live longer than a pooler keeps a session
            # together.
            self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = True
        elif "prepare_threshold" not in self.settings_dict["OPTIONS"]:
            threshold = PREPARED_AFTER
        # After a rollback psycopg gives up what it has prepared by DEALLOCATE ALL, and ours with
        # it. So it prepares nothing.
        self.connection.prepare_threshold = None
        self._statements = ConnectionStatements(self.connection, threshold)

    def _set_up_session(self) -> bool:
        """Bound the waits of the session, by one round trip; return whether the session is ours
        alone.

        A connection pooler such as PgBouncer hands out its own process numbers. Its sessions are
        shared, so nothing is set in them, and a statement that one client has prepared may meet
        another client's.
        """
        waits = self.settings_dict.get("WAITS", {})
        values = "".join(
            f", set_config('{name}', '{value}', false)" for name, value in waits.items()
        )
        pid = self.connection.info.backend_pid
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(f"SELECT 1{values} WHERE pg_backend_pid() = {pid}")
            return cursor.fetchone() is not None

    def is_usable(self) -> bool:
        """Whether the connection works.

        Between transactions that costs a round trip only after an error, or where the server has
        spoken unasked, as it does when it closes one.

        After an error a connection that can only read is not good enough: a host that can write may
        have taken over.
        """
        if self.connection is None:
            return False
        if not self.errors_occurred and _is_idle(self.connection):
            return True
        return _can_write(self.connection)

    def run_statement(
        self, sql: str, values: Sequence[Any], *, prepare: bool | None = None
    ) -> list[Row]:
        """Run a compiled statement (statements/) and return all of its rows."""
        if self.connection is None or not self.health_check_done:
            self.close_if_health_check_failed()
            self.ensure_connection()
        self.validate_no_broken_transaction()
        run = partial(self._run_statement, prepare=prepare)
        for wrapper in reversed(self.execute_wrappers):
            run = partial(wrapper, run)
        cursor: Any = self._statements.cursor  # type: ignore[union-attr]  # (made with the connection)
        context = {"connection": self, "cursor": cursor}
        if not self.queries_logged:
            return run(sql, values, False, context)  # noqa: FBT003 (Django's signature)
        log = self.make_debug_cursor(cursor).debug_sql
        with log(sql, values):
            return run(sql, values, False, context)  # noqa: FBT003

    def _run_statement(
        self, sql: str, values: Sequence[Any], *_: object, prepare: bool | None
    ) -> list[Row]:
        with self.wrap_database_errors:
            return self._statements.run(sql, values, prepare=prepare)  # type: ignore[union-attr]


def _is_idle(connection: Any) -> bool:
    # By libpq itself: psycopg's `closed`, `info` and `fileno()` make objects each time.
    libpq = connection.pgconn
    if libpq.status == ConnStatus.BAD or libpq.transaction_status != TransactionStatus.IDLE:
        return False
    poll = select.poll()
    poll.register(libpq.socket, select.POLLIN)
    return not poll.poll(0)


def _can_write(connection: Any) -> bool:
    try:
        with connection.cursor() as cursor:
            [read_only] = cursor.execute("SHOW transaction_read_only").fetchone()
    except Error:
        return False
    return bool(read_only == "off")
