"""How long a request may wait for the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connections


@dataclass(frozen=True)
class DatabaseWaits:
    """The bounds of the environment.

    A time of zero sets no bound: the database's own holds then.
    """

    statement: timedelta
    lock: timedelta
    idle: timedelta
    tcp: timedelta

    def configure(self, database: dict[str, Any]) -> dict[str, Any]:
        """Return the entry of DATABASES with the bounds on silence of the network, which hold for
        commands too.
        """
        if "sqlite3" in database["ENGINE"] or not self.tcp:
            return database
        return {**database, "OPTIONS": {**_watch_network(self.tcp), **database["OPTIONS"]}}

    def list_settings(self) -> dict[str, str]:
        """Return PostgreSQL's settings for the bounds, in milliseconds."""
        times = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle,
        }
        return {name: str(_count_milliseconds(time)) for name, time in times.items() if time}


def bound_waits() -> None:
    """Bound the waits of all connections that this process makes from now on.

    Server processes call this. A management command does not: `migrate` may well take an hour.
    """
    waits: DatabaseWaits = settings.DATABASE_WAITS
    for database in connections.settings.values():
        if "sqlite3" not in database["ENGINE"]:
            database["WAITS"] = waits.list_settings()
        elif waits.lock:
            database["OPTIONS"]["timeout"] = waits.lock.total_seconds()


def _watch_network(time: timedelta) -> dict[str, int]:
    """Return libpq's parameters that end a connection whose peer was silent for this time."""
    seconds = int(time.total_seconds())
    return {
        "tcp_user_timeout": _count_milliseconds(time),
        "keepalives_idle": max(1, seconds // 2),
        "keepalives_interval": max(1, seconds // 5),
        "keepalives_count": 3,
    }


def _count_milliseconds(time: timedelta) -> int:
    return int(time.total_seconds() * 1000)
