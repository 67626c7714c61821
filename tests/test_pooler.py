"""The service behind PgBouncer in transaction mode, of whatever version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.pooler import pool, require_prepared
from tests.processes import find_free_port, serve
from tests.test_waits import send

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="PgBouncer is for PostgreSQL"
)
# Statements are prepared at their second run.
PREPARED = "?prepare_threshold=1"
Ask = Callable[..., Any]


@contextmanager
def serve_pooled(url: str) -> Iterator[Ask]:
    """Serve by this database; yield a function that asks as the admin and returns status and body."""
    environment = {"DATABASE_URL": url, "DEBUG": "true"}
    with serve(find_free_port(), 4, **environment) as address:
        login = send(f"{address}/api/login", {"username": "admin", "password": "admin"})[2]

        def ask(path: str, body: object = None) -> tuple[int, Any]:
            status, _, answer = send(f"{address}{path}", body, login["accessToken"])
            return status, answer

        yield ask


def write_and_read(ask: Ask, number: int) -> bool:
    """Ask for what has the same number of parameters: rows of two entities by their ids."""
    name = f"No {number}"
    customer = ask("/api/customers", {"firstName": name})[1]
    product = ask("/api/products", {"name": name})[1]
    found = ask(f"/api/customers/{customer['id']}")[1]
    other = ask(f"/api/products/{product['id']}")[1]
    return bool((found["firstName"], other["name"]) == (name, name))


def write_and_read_often(ask: Ask) -> list[bool]:
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(lambda number: write_and_read(ask, number), range(60)))


@pytest.mark.parametrize("option", ["", "?prepare_threshold=none"])
def test_many_clients_share_two_sessions_and_each_gets_its_own(
    seeded_url: str, option: str
) -> None:
    with pool(seeded_url) as url, serve_pooled(url + option) as ask:
        assert all(write_and_read_often(ask))
        assert count_prepared(url) == 0


def test_they_share_prepared_statements_as_well(seeded_url: str) -> None:
    require_prepared()
    with pool(seeded_url, prepared=50) as url, serve_pooled(url + PREPARED) as ask:
        assert all(write_and_read_often(ask))
        assert count_prepared(url) > 0


def test_more_statements_than_the_pooler_keeps_are_prepared_anew(seeded_url: str) -> None:
    require_prepared()
    with pool(seeded_url, prepared=2) as url, serve_pooled(url + PREPARED) as ask:
        assert all(write_and_read_often(ask))
        assert count_prepared(url) == 2


def test_a_migration_of_a_column_is_not_noticed_behind_a_pooler(seeded_url: str) -> None:
    require_prepared()
    with pool(seeded_url, prepared=50) as url, serve_pooled(url + PREPARED) as ask:

        def read_often() -> set[int]:
            return {ask("/api/customers?take=3")[0] for _ in range(30)}

        assert read_often() == {200}
        with psycopg.connect(seeded_url) as other:
            other.execute("ALTER TABLE shop_customer ALTER COLUMN first_name TYPE varchar(2000)")
        assert read_often() == {200}


def count_prepared(url: str) -> int:
    """Return how many statements a session has prepared, which the pooler picks."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as client:
        row = client.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
    assert row
    return int(row[0])
