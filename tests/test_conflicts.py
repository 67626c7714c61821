"""Writes that PostgreSQL has undone for another transaction's sake run again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from auth_core.lockout import database
from statements.conflicts import MOST_RUNS, run_again
from tests.overriding import Override
from tests.processes import find_free_port, serve
from tests.sessions import begin, refresh
from tests.shop.models import Customer
from tests.shop.viewsets import CustomerViewSet
from tests.test_waits import send

pytestmark = [
    pytest.mark.usefixtures("as_described"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]
Fail = Callable[..., None]
# A sequence keeps its number when a transaction is undone.
TRIGGER = """
CREATE SEQUENCE attempts;
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('attempts') <= {times} THEN
    RAISE EXCEPTION 'undone' USING ERRCODE = '{state}';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER fail AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION fail();
"""
CREATE = {"query": 'mutation { createCustomer(data: {firstName: "Ada"}) { firstName } }'}


@pytest.fixture
def fail(transactional_db: None) -> Iterator[Fail]:
    """Let the next writes of a table fail, so many times and with this error code."""

    def make(table: str, times: int, state: str = "40001") -> None:
        with connection.cursor() as cursor:
            cursor.execute(TRIGGER.format(table=table, times=times, state=state))

    yield make
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS fail CASCADE; DROP SEQUENCE IF EXISTS attempts")


def count_runs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM attempts")
        [number] = cursor.fetchone()
    return int(number)


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_write_runs_again(rest: APIClient, fail: Fail, state: str) -> None:
    fail("shop_customer", MOST_RUNS - 1, state)
    assert rest.post("/api/customers", {"firstName": "Ada"}).status_code == 201
    assert (Customer.objects.count(), count_runs()) == (1, MOST_RUNS)


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_change_runs_again(rest: APIClient, fail: Fail, method: str) -> None:
    customer = Customer.objects.create(first_name="Ada")
    fail("shop_customer", 1)
    answer = rest.generic(
        method, f"/api/customers/{customer.pk}", '{"firstName": "Bea"}', "application/json"
    )
    assert (answer.status_code, count_runs()) == (200, 2)


def test_a_mutation_and_a_bulk_run_again(rest: APIClient, fail: Fail) -> None:
    fail("shop_customer", 1)
    assert rest.post("/graphql", CREATE).json() == {
        "data": {"createCustomer": {"firstName": "Ada"}}
    }
    assert rest.post("/api/customers/bulk", [{"firstName": "Bea"}] * 2).status_code == 201
    assert Customer.objects.count() == 3


def test_the_number_of_runs_is_bounded(rest: APIClient, fail: Fail) -> None:
    fail("shop_customer", 100)
    answer = rest.post("/api/customers", {"firstName": "Ada"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert (Customer.objects.count(), count_runs()) == (0, MOST_RUNS)


def test_code_of_the_project_runs_once(rest: APIClient, fail: Fail, override: Override) -> None:
    """It may send a mail, or charge an account elsewhere."""
    runs = []

    def perform_create(view: Any, serializer: Any) -> None:
        runs.append(serializer)
        serializer.save()

    override(CustomerViewSet, perform_create=perform_create)
    fail("shop_customer", 1)
    assert rest.post("/api/customers", {"firstName": "Ada"}).status_code == 503
    assert (len(runs), Customer.objects.count()) == (1, 0)


def test_another_error_is_an_error(rest: APIClient, fail: Fail) -> None:
    fail("shop_customer", 1, "53100")  # disk_full
    assert rest.post("/api/customers", {"firstName": "Ada"}).status_code == 503
    assert count_runs() == 1


def test_a_part_of_a_transaction_does_not_run_again(fail: Fail) -> None:
    fail("shop_customer", 1)
    with pytest.raises(Exception, match="undone"), transaction.atomic():
        run_again(lambda: Customer.objects.create(first_name="Ada"))
    assert count_runs() == 1


def test_a_refresh_and_a_count_run_again(user: Any, fail: Fail, quick_hashes: None) -> None:
    pair = begin(user)
    fail("auth_jwt_session", 2)
    assert refresh(pair).status_code == 200
    assert count_runs() == 3


def test_a_failed_login_is_counted_once(fail: Fail) -> None:
    fail("auth_core_logincounter", 1)
    assert database.count_failure("account:a", "address:b").failures == 0
    assert database.count_failure("account:a", "address:b").failures == 1


@pytest.mark.exhaustive
def test_a_crowd_is_served_by_serializable_transactions(seeded_url: str) -> None:
    """There each transaction that comes second fails, as in distributed engines."""
    environment = {"DATABASE_URL": f"{seeded_url}?isolation_level=4", "DEBUG": "true"}
    with serve(find_free_port(), 32, **environment) as address, ThreadPoolExecutor(64) as crowd:
        login = send(f"{address}/api/login", {"username": "admin", "password": "admin"})[2]
        used = {"refreshToken": login["refreshToken"]}
        asked = [crowd.submit(send, f"{address}/api/token/refresh", used) for _ in range(64)]
        answers = [each.result() for each in asked]
        assert {status for status, *_ in answers} == {200}
        [token] = {answer["refreshToken"] for *_, answer in answers}
        assert send(f"{address}/api/token/refresh", {"refreshToken": token})[0] == 200
