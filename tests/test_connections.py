"""How many connections to the database a server keeps."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

import psycopg
import pytest
from django.db import connection

from runtime.postgresql.lending import MOST_CONNECTIONS
from tests.processes import find_free_port, run_python, serve

WORKERS, THREADS = 2, 24
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no max_connections"
)


@pytest.fixture
def server(migrated_url: str) -> Iterator[str]:
    environment = {"DATABASE_URL": migrated_url, "AUTH_PLUGINS": ""}
    idle_out = ("--blocking-threads-idle-timeout", "5")
    with serve(find_free_port(), THREADS, idle_out, **environment) as address:
        yield address


@on_postgresql
def test_bursts_with_pauses_between_them_take_no_more_connections(
    server: str, migrated_url: str
) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as watcher:
        for _ in range(3):
            send_burst(server)
            assert 1 < count_connections(watcher) <= WORKERS * MOST_CONNECTIONS
            # Longer than granian keeps an idle thread.
            sleep(6)


def test_a_thread_closes_its_connection_when_it_ends(db: None) -> None:
    made: list[Any] = []

    def connect() -> None:
        connection.ensure_connection()
        made.append(connection.connection)

    for _ in range(2):
        thread = Thread(target=connect)
        thread.start()
        thread.join()
    assert is_closed(made[0])
    # SQLite's is closed when the next one is made.
    assert is_closed(made[1]) == (connection.vendor != "sqlite")


FOREIGN_THREADS = """
import ctypes
import django
django.setup()
from django.db import connection

@ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
def use_database(_):
    connection.ensure_connection()

library, thread = ctypes.CDLL(None), ctypes.c_ulong()
for _ in range(3):
    library.pthread_create(ctypes.byref(thread), None, use_database, None)
    library.pthread_join(thread, None)
"""


@pytest.mark.exhaustive
@pytest.mark.skipif(sys.platform == "win32", reason="it makes threads as POSIX does")
def test_a_thread_that_python_has_not_made_may_end(database_url: str) -> None:
    """Granian's are made in Rust. A crash of the interpreter ends the whole process."""
    variables = {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = run_python("-c", FOREIGN_THREADS, **variables)
    assert done.returncode == 0, done.stderr


def send_burst(address: str) -> None:
    """Keep every thread of the server busy for two seconds."""
    until = monotonic() + 2
    start = Barrier(2 * WORKERS * THREADS)

    def send(_: int) -> None:
        start.wait()
        while monotonic() < until:
            with urlopen(f"{address}/api/customers", timeout=60) as response:
                assert response.status == 200

    with ThreadPoolExecutor(start.parties) as pool:
        list(pool.map(send, range(start.parties)))


def count_connections(watcher: psycopg.Connection[Any]) -> int:
    statement = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()"
    )
    [count] = watcher.execute(statement).fetchone() or (0,)
    return int(count)


def wait_until(is_so: Any, patience: float = 60) -> None:
    deadline = monotonic() + patience
    while not is_so():
        assert monotonic() < deadline
        sleep(0.2)


def is_closed(raw: Any) -> bool:
    if connection.vendor == "postgresql":
        return bool(raw.closed)
    try:
        raw.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return True
    return False
