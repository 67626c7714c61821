"""Statements that PostgreSQL has prepared, and what makes them useless."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from rest_framework.test import APIClient

from runtime.postgresql.statements import MOST_STATEMENTS
from statements.statement import Statement, run_statement
from tests.conftest import add_user
from tests.shop.models import Customer

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite prepares nothing on a server"
    ),
    pytest.mark.django_db(transaction=True),
]
GRAPHQL = {"query": "{ customers { firstName } }"}


@pytest.fixture
def caller(quick_hashes: None) -> APIClient:
    add_user("ada", "ada", "user")
    token = (
        APIClient().post("/api/login", {"username": "ada", "password": "ada"}).json()["accessToken"]
    )
    return APIClient(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def widen() -> Iterator[Any]:
    """Change a column's type as a migration does, over a connection of its own."""
    other = connection.copy()

    def alter(table: str, type_: str = "varchar(2000)") -> None:
        with other.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ALTER COLUMN first_name TYPE {type_}")

    yield alter
    alter("accounts_user", "varchar(150)")
    alter("shop_customer", "varchar(1000)")
    other.close()


@pytest.mark.parametrize("table", ["accounts_user", "shop_customer"])
def test_a_migration_of_a_column_is_not_noticed(caller: APIClient, widen: Any, table: str) -> None:
    def answer() -> set[int]:
        rest, graphql = caller.get("/api/customers"), caller.post("/graphql", GRAPHQL)
        assert "errors" not in graphql.json()
        return {rest.status_code, graphql.status_code}

    assert [answer() for _ in range(8)] == [{200}] * 8
    assert count_prepared() > 0
    widen(table)
    assert [answer() for _ in range(3)] == [{200}] * 3


def test_inside_a_transaction_it_is_a_passing_fault_and_is_forgotten(
    api: APIClient, widen: Any
) -> None:
    from api_http.exceptions import Unavailable
    from api_http.problems import translate_exception

    statement = Statement(Customer.objects.values_list("first_name"))
    for _ in range(8):
        statement.fetch()
    widen("shop_customer")
    with pytest.raises(OperationalError) as raised, transaction.atomic():
        statement.fetch()
    assert isinstance(translate_exception(raised.value), Unavailable)
    assert count_prepared("first_name") == 0
    with transaction.atomic():
        assert statement.fetch() == []


@pytest.mark.parametrize("lost", ["DEALLOCATE ALL", "PREPARE _pg3_0 AS SELECT 1"])
def test_a_session_that_a_pooler_has_changed_is_not_noticed(lost: str) -> None:
    connection.close()
    statement = Statement(Customer.objects.values_list("first_name"))
    times = 8 if lost.startswith("DEALLOCATE") else 4
    for _ in range(times):
        statement.fetch()
    # Not through psycopg's cursor, which would know of it.
    connection.connection.pgconn.exec_(lost.encode())
    assert [statement.fetch() for _ in range(8)] == [[]] * 8


def test_an_unsupported_statement_stays_a_fault() -> None:
    statement = Statement(Customer.objects.select_for_update().distinct().values_list("first_name"))
    with pytest.raises(Exception, match="FOR UPDATE is not allowed"), transaction.atomic():
        statement.fetch()


def test_of_many_statements_only_those_that_ran_last_are_prepared() -> None:
    connection.close()
    asked = [f"SELECT %s::int + {number}" for number in range(MOST_STATEMENTS + 20)]
    for sql in asked:
        for _ in range(7):
            run_statement(connection, sql, [1])
    assert count_prepared() == MOST_STATEMENTS
    assert run_statement(connection, asked[0], [1]) == [(1,)]


def test_the_values_of_a_statement_may_have_other_types_each_time() -> None:
    sql = "SELECT %s::text, 100 %% 7, %s::bigint"
    given = [("a", 1), (None, 2**40), ("b", None), (None, None), ("c", 2**15)]
    for values in given * 4:
        assert run_statement(connection, sql, values) == [(values[0], 2, values[1])]


def test_a_statement_begins_a_transaction_that_ends_as_a_whole() -> None:
    name = "INSERT INTO auth_group (name) VALUES (%s)"
    with transaction.atomic():
        assert run_statement(connection, name, ["cook"]) == []
        transaction.set_rollback(rollback=True)
    assert run_statement(connection, "SELECT name FROM auth_group WHERE name = 'cook'", []) == []


def test_a_rollback_leaves_prepared_statements_alone() -> None:
    connection.close()
    for _ in range(8):
        with transaction.atomic():
            assert run_statement(connection, "SELECT %s::int", [1]) == [(1,)]
            transaction.set_rollback(rollback=True)
    assert count_prepared() == 1
    with transaction.atomic():
        assert run_statement(connection, "SELECT %s::int", [2]) == [(2,)]


def test_a_lost_connection_is_an_operational_error() -> None:
    run_statement(connection, "SELECT 1", [])
    with pytest.raises(OperationalError):
        run_statement(connection, "SELECT pg_terminate_backend(pg_backend_pid(), 0)", [])
    connection.close()
    assert run_statement(connection, "SELECT 1", []) == [(1,)]


def count_prepared(part: str = "") -> int:
    with connection.cursor() as cursor:
        sql = "SELECT count(*) FROM pg_prepared_statements WHERE strpos(statement, %s) > 0"
        cursor.execute(sql, [part])
        return int(cursor.fetchone()[0])
