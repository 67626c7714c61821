"""The clock that all machines of the service share: the database's."""

from __future__ import annotations

from datetime import datetime

from django.db import connections, router
from django.utils import timezone

from auth_jwt.models import Session


def read_clock() -> datetime:
    """Return the present time of the database that holds the sessions; costs one query on
    PostgreSQL.

    A refresh is compared with the refresh before it, which another machine may have answered. Their
    own clocks differ.
    """
    connection = connections[router.db_for_write(Session)]
    if connection.vendor != "postgresql":  # SQLite is a file of this machine.
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
