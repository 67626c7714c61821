"""`migrate` of several processes at once: each finds what the one before has left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import psycopg
import pytest
from django.core.management.base import CommandError
from django.db import connection

from runtime.management.commands.migrate import LOCK, take_turn
from tests.databases import make_database
from tests.processes import run_python

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no turns"),
]

AT_ONCE = 3


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with make_database(tmp_path) as url:
        yield url


@pytest.mark.exhaustive
def test_all_succeed_and_each_migration_is_applied_once(url: str) -> None:
    def migrate(_: int) -> CompletedProcess[str]:
        return run_python("manage.py", "migrate", DATABASE_URL=url, DEBUG="true")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(migrate, range(AT_ONCE)))
    assert [each.returncode for each in done] == [0] * AT_ONCE, [each.stderr for each in done]
    assert sum("No migrations to apply" in each.stdout for each in done) == AT_ONCE - 1
    with psycopg.connect(url) as database:
        rows = database.execute("SELECT app, name FROM django_migrations").fetchall()
        assert rows
        assert len(rows) == len(set(rows))


@pytest.mark.django_db(transaction=True)
def test_a_turn_that_does_not_come_ends_with_the_remedy() -> None:
    said: list[str] = []
    with (
        take_turn("default", said.append),
        pytest.raises(CommandError, match=re.escape("Nothing was changed.")),
        take_turn("default", said.append, patience=0.5),
    ):
        pass
    assert said == ["Another migrate of this database is at work: waiting for it."]
    with take_turn("default", said.append):
        pass
    assert len(said) == 1


@pytest.mark.django_db(transaction=True)
def test_the_lock_holds_no_snapshot_that_an_index_would_wait_for() -> None:
    with take_turn("default", print), connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.state, a.backend_xmin FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
            "WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database() "
            "AND (l.classid::bigint << 32 | l.objid::bigint) = %s",
            [LOCK],
        )
        assert cursor.fetchall() == [("idle in transaction", None)]
