"""Which errors of the database are about other rows, and no fault of the code."""

from __future__ import annotations

from django.db import IntegrityError
from django.db.models import ProtectedError, RestrictedError

# PostgreSQL's unique_violation and exclusion_violation.
_STATES = frozenset({"23505", "23P01"})
# SQLite's extended result codes for UNIQUE and PRIMARYKEY.
_SQLITE_CODES = frozenset({2067, 1555})


def is_clash(error: IntegrityError) -> bool:
    """Whether a value is taken, or a row is needed by others."""
    cause = error.__cause__
    is_taken = getattr(cause, "sqlstate", None) in _STATES
    is_taken = is_taken or getattr(cause, "sqlite_errorcode", None) in _SQLITE_CODES
    return is_taken or isinstance(error, ProtectedError | RestrictedError)
