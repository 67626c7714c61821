"""A server whose database is locked, goes away, or hangs: it answers, and it recovers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psycopg
import pytest
from django.db import connection

from tests.processes import find_free_port, run_python, serve

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="tests/test_sqlite.py has SQLite's locks"
)
LIST = {"query": "{ customers { firstName } }"}

SHOW = """
from django.db import connection
for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        print(*cursor.fetchone())
"""


@pytest.fixture
def environment(seeded_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": seeded_url,
        "DEBUG": "true",
        "DATABASE_STATEMENT_TIMEOUT": "4s",
        "DATABASE_LOCK_TIMEOUT": "1s",
        "DATABASE_IDLE_TIMEOUT": "2s",
    }


@pytest.fixture
def address(environment: dict[str, str]) -> Iterator[str]:
    with serve(find_free_port(), 4, **environment) as address:
        yield address


@pytest.fixture
def token(address: str) -> str:
    answer = send(f"{address}/api/login", {"username": "admin", "password": "admin"})[2]
    return str(answer["accessToken"])


@pytest.fixture
def other(seeded_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else at the same database."""
    with psycopg.connect(seeded_url) as other:
        yield other
        other.rollback()


def test_a_locked_table_puts_requests_off(
    address: str, token: str, other: psycopg.Connection[Any]
) -> None:
    other.execute("LOCK TABLE shop_customer IN ACCESS EXCLUSIVE MODE")
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(send, f"{address}/api/customers", token=token) for _ in range(20)]
        assert send(f"{address}/api/_health/live")[0] == 204
        answers = {(answer.result()[0], answer.result()[1]) for answer in waiting}
    assert answers == {(503, "2")}
    [error] = send(f"{address}/graphql", LIST, token)[2]["errors"]
    assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryAfter": 2}
    other.rollback()
    assert send(f"{address}/api/customers", token=token)[0] == 200


@pytest.mark.parametrize(
    "lock",
    [
        "SELECT 1 FROM auth_jwt_session FOR UPDATE",
        "LOCK TABLE auth_jwt_session IN SHARE MODE",  # as while an index is made
    ],
)
def test_a_lock_on_a_session_holds_up_no_reader(
    address: str, token: str, other: psycopg.Connection[Any], lock: str
) -> None:
    other.execute("UPDATE auth_jwt_session SET last_used_at = '2020-01-01'")
    other.commit()
    other.execute(lock)
    assert {send(f"{address}/api/customers", token=token)[0] for _ in range(10)} == {200}
    [last_used] = other.execute(
        "SELECT extract(year FROM last_used_at) FROM auth_jwt_session"
    ).fetchone() or (0,)
    assert last_used == 2020


def test_a_row_that_another_one_links_to_just_now_can_be_changed(
    address: str, token: str, other: psycopg.Connection[Any]
) -> None:
    key = send(f"{address}/api/customers", {}, token)[2]["id"]
    # As PostgreSQL locks the customer of an order that is being stored.
    other.execute("SELECT 1 FROM shop_customer FOR KEY SHARE")
    assert send(f"{address}/api/customers/{key}/orders", [], token)[0] == 201
    change = {
        "query": f'mutation {{ updateCustomer(where: {{id: "{key}"}}, data: {{orders: {{set: []}}}}) {{ id }} }}'
    }
    assert send(f"{address}/graphql", change, token)[2] == {"data": {"updateCustomer": {"id": key}}}


def test_the_server_bounds_its_sessions_and_a_command_does_not(environment: dict[str, str]) -> None:
    variables = environment | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = run_python("-c", f"import django; django.setup()\n{SHOW}", **variables)
    server = run_python("-c", f"import config.wsgi\n{SHOW}", **variables)
    assert (server.stdout.split(), command.stdout.split()) == (["4s", "1s", "2s"], ["0", "0", "0"])


def send(url: str, body: Any = None, token: str = "") -> tuple[int, str | None, Any]:
    """Return status, Retry-After and body."""
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": f"Bearer {token}"} if token else {}
    )
    data = json.dumps(body).encode() if body is not None else None
    try:
        with urlopen(Request(url, data, headers), timeout=60) as response:
            return response.status, None, json.loads(response.read() or "null")
    except HTTPError as error:
        with error:
            return error.code, error.headers["Retry-After"], json.loads(error.read())
