"""Errors of the database that pass by themselves: outages and waits, not faults of the code."""

from __future__ import annotations

from django.db import InterfaceError, InternalError, OperationalError

# SQLite's primary result codes for BUSY, LOCKED, READONLY, IOERR, FULL and CANTOPEN: the database
# cannot be used, or not be written. Its other operational errors, such as an unknown table, are
# faults of ours.
_SQLITE_CODES = frozenset({5, 6, 8, 10, 13, 14})
# PostgreSQL's read_only_sql_transaction and idle_in_transaction_session_timeout. psycopg has them
# as internal errors.
_INTERNAL_STATES = frozenset({"25006", "25P03"})


def is_outage(error: BaseException) -> bool:
    """Whether the same request may succeed later: the database is away, locked, full, or can only
    be read.
    """
    cause = error.__cause__
    if isinstance(error, InternalError):
        return getattr(cause, "sqlstate", None) in _INTERNAL_STATES
    code = getattr(cause, "sqlite_errorcode", None)
    return isinstance(error, OperationalError | InterfaceError) and (
        code is None or code & 0xFF in _SQLITE_CODES
    )
