"""A database that can only be read: a standby, a demoted primary, a full disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from auth_jwt.models import Session
from auth_jwt.tokens import issue_pair
from tests.conftest import add_user
from tests.logins import SURFACES
from tests.shop.models import Customer
from tests.tokens import make_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("as_described")]
CREATE = {"query": 'mutation { createCustomer(data: {firstName: "Ada"}) { id } }'}
LIST = {"query": "{ customers { firstName } }"}


@pytest.fixture
def user(transactional_db: None, quick_hashes: None) -> Any:
    return add_user("ada", "ada", "admin", is_staff=True)


@pytest.fixture
def caller(user: Any) -> APIClient:
    """A client whose session was last used two minutes ago."""
    session = make_session(user, last_used_at=timezone.now() - timedelta(minutes=2))
    token = issue_pair(session, timezone.now())["accessToken"]
    return APIClient(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def customer(transactional_db: None) -> Customer:
    return Customer.objects.create(first_name="Ada")


@pytest.fixture
def read_only(user: Any, caller: APIClient, customer: Customer) -> Iterator[None]:
    switch("on")
    yield
    switch("off")


def switch(state: str) -> None:
    """Let each connection, from a new one on, only read or write again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA query_only = {state}")
            return
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {state}")
    connection.close()


def test_reading_goes_on(
    read_only: None, caller: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    before = Session.objects.get().last_used_at
    assert [caller.get(path).status_code for path in ("/api/me", "/api/customers") * 3] == [200] * 6
    assert caller.post("/graphql", LIST).json() == {"data": {"customers": [{"firstName": "Ada"}]}}
    assert Session.objects.get().last_used_at == before
    assert [record.name for record in caplog.records if record.levelname == "WARNING"] == [
        "auth_core.last_use"
    ]


def test_writing_over_rest_is_put_off(
    read_only: None, caller: APIClient, customer: Customer
) -> None:
    path = f"/api/customers/{customer.pk}"
    answers = [
        caller.post("/api/customers", {"firstName": "Bea"}),
        caller.patch(path, {"firstName": "Bea"}),
        caller.delete(path),
        caller.post("/api/logout"),
    ]
    assert {(answer.status_code, answer.headers.get("Retry-After")) for answer in answers} == {
        (503, "2")
    }
    assert list(Customer.objects.values_list("first_name")) == [("Ada",)]


def test_writing_over_graphql_is_put_off(read_only: None, caller: APIClient) -> None:
    [error] = caller.post("/graphql", CREATE).json()["errors"]
    assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryAfter": 2}
    assert Customer.objects.count() == 1


def test_writing_in_the_admin_is_put_off(user: Any, customer: Customer) -> None:
    client = Client()
    client.force_login(user)
    page = f"/admin/shop/customer/{customer.pk}/change/"
    switch("on")
    try:
        assert client.get("/admin/").status_code == 200
        answer = client.post(page, {"first_name": "Bea"})
        customer.refresh_from_db()
    finally:
        switch("off")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert customer.first_name == "Ada"


@pytest.mark.parametrize("surface", SURFACES)
def test_logging_in_is_put_off(read_only: None, surface: str) -> None:
    answer = SURFACES[surface]("ada", "ada")
    if surface == "graphql":
        assert answer.json()["errors"][0]["extensions"] == {
            "code": "SERVICE_UNAVAILABLE",
            "retryAfter": 2,
        }
    else:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="tests/test_sqlite.py has a file that is gone"
)
def test_the_service_is_not_ready(read_only: None, caller: APIClient) -> None:
    answer = caller.get("/api/_health/ready")
    assert (answer.status_code, answer.json()["detail"]) == (503, "The database cannot be written.")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one host")
def test_another_host_is_looked_for_after_each_refused_write(
    read_only: None, caller: APIClient
) -> None:
    connection.ensure_connection()
    kept = connection.connection
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        # As when a host is promoted: new connections can write, those that are kept cannot.
        other.execute("SET default_transaction_read_only = off")
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = off")
    refused = caller.post("/api/customers", {"firstName": "Bea"})
    connection.close_if_unusable_or_obsolete()  # as at the begin and the end of each request
    assert (refused.status_code, kept.closed) == (503, True)
    assert caller.post("/api/customers", {"firstName": "Bea"}).status_code == 201
