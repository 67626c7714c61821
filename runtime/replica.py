"""Reads from a standby of PostgreSQL, as long as it has replayed all that the primary has written.

A read from it is as fresh as a read from the primary. When a request first reads, the primary is
asked for the position of its log, and the standby is used only if it has reached this position.
"""

from __future__ import annotations

import logging
import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from time import monotonic, sleep
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, OperationalError, connections, router
from django.db.models import Model

from statements.statement import run_statement

logger = logging.getLogger("runtime.replica")
ALIAS = "replica"
# Seconds that a read waits for the replica to catch up, and between two looks at it.
LONGEST_LAG, STEP = 0.02, 0.002
# Seconds that the replica has to answer where it is. A frozen one does not.
LONGEST_ANSWER = 1.0
# Seconds without another look at a replica that lags, and at one that failed.
LAG_PAUSE, FAILURE_PAUSE = 1.0, 5.0
# A server in recovery has no such position.
_POSITION = "SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_insert_lsn()::text END"
# A replica that was promoted does not count any more.
_HAS_REACHED = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn"
# A standby has the number of its primary's data.
_IDENTITY = "SELECT system_identifier || '/' || current_database() FROM pg_control_system()"


@dataclass
class ReplicaReading:
    """The reads of one request: these models are read from the replica while it is open."""

    models: frozenset[type[Model]]
    is_open: bool = True

    @contextmanager
    def begin(self) -> Iterator[None]:
        token = _present.set(self)
        try:
            yield
        finally:
            _present.reset(token)


_present: ContextVar[ReplicaReading | None] = ContextVar("_present", default=None)


class ReplicaRouter:
    """Django's router (DATABASE_ROUTERS): everything is on the primary but the reads of a
    ReplicaReading.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        reading = _present.get()
        if reading and reading.is_open and model in reading.models:
            # A transaction sees its writes, and the rows that it has locked.
            return DEFAULT_DB_ALIAS if connections[DEFAULT_DB_ALIAS].in_atomic_block else ALIAS
        return _leave_replica(hints)

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        if reading := _present.get():
            # Code of the project writes within a read, and may read these rows next.
            reading.is_open = False
        return _leave_replica(hints)

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool | None:
        places = {row._state.db for row in (first, second)}  # noqa: SLF001 (Django's documented way)
        return True if places <= {DEFAULT_DB_ALIAS, ALIAS} else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == ALIAS else None


def _leave_replica(hints: dict[str, Any]) -> str | None:
    """Return the primary for all that belongs to a row from the replica."""
    state = getattr(hints.get("instance"), "_state", None)
    return DEFAULT_DB_ALIAS if state and state.db == ALIAS else None


def has_router() -> bool:
    """Return whether the project uses the router, so that the database of this alias is a
    replica.
    """
    return any(isinstance(each, ReplicaRouter) for each in router.routers)


class Replica:
    """Whether the replica of this process may be read, and when it was last found wanting."""

    def __init__(self) -> None:
        # Why the primary answers, in words; empty while the replica is read.
        self.trouble = ""
        self._is_known = False
        self._resume_at = 0.0
        self._trying = Lock()

    def has_caught_up(self) -> bool:
        """Return whether the replica has all that is on the primary now.

        Waits up to LONGEST_LAG for it. Costs a round trip to each server. Raises the errors of the
        primary.
        """
        if not self.trouble:
            return self._ask()
        # A single thread finds out, and the others do not wait for it.
        if monotonic() < self._resume_at or not self._trying.acquire(blocking=False):
            return False
        try:
            return self._ask()
        finally:
            self._trying.release()

    def note_failure(self, error: BaseException) -> None:
        """Read nothing from the replica for a while. Another server may have taken its place."""
        self._is_known = False
        self._pause(f"does not answer ({type(error).__name__})", FAILURE_PAUSE)

    def _ask(self) -> bool:
        position = _ask_primary(_POSITION)
        if position is None:
            return False
        try:
            self._is_known = self._is_known or _ask_replica(_IDENTITY) == _ask_primary(_IDENTITY)
            has_reached = self._is_known and _reach(position)
        except Error as error:
            self.note_failure(error)
            return False
        if not self._is_known:
            self._pause("is no standby of this database", FAILURE_PAUSE)
        elif not has_reached:
            self._pause("lags", LAG_PAUSE)
        elif self.trouble:
            self.trouble = ""
            logger.warning("The replica has caught up: reads go there")
        return has_reached

    def _pause(self, trouble: str, seconds: float) -> None:
        if trouble != self.trouble:
            logger.warning("The replica %s: reads go to the primary", trouble)
        self.trouble, self._resume_at = trouble, monotonic() + seconds


replica = Replica()


def _reach(position: str) -> bool:
    until = monotonic() + LONGEST_LAG
    while _ask_replica(_HAS_REACHED, position) != "t":
        if monotonic() > until:
            return False
        sleep(STEP)
    return True


def _ask_primary(query: str) -> str | None:
    [[value]] = run_statement(connections[DEFAULT_DB_ALIAS], query, ())
    return value  # type: ignore[no-any-return]


def _ask_replica(query: str, *values: str) -> str:
    wrapper: Any = connections[ALIAS]
    wrapper.close_if_health_check_failed()
    wrapper.ensure_connection()
    try:
        with wrapper.wrap_database_errors:
            return _ask_soon(wrapper.connection.pgconn, query, values)
    except Error:
        wrapper.close()
        raise


def _ask_soon(server: Any, query: str, values: Sequence[str]) -> str:
    """Ask by libpq itself, as psycopg waits for an answer without a bound."""
    until = monotonic() + LONGEST_ANSWER
    server.send_query_params(query.encode(), [value.encode() for value in values])
    poll = select.poll()
    poll.register(server.socket, select.POLLIN)
    while server.is_busy():
        if not poll.poll(max(0.0, until - monotonic()) * 1000):
            raise OperationalError("the replica does not answer in time")
        server.consume_input()
    results = list(iter(server.get_result, None))
    value = results[0].get_value(0, 0) if results and results[0].ntuples else None
    if value is None:
        raise OperationalError("the replica does not say where it is")
    return bytes(value).decode()
