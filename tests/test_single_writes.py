"""Writes that are one statement, and those that must not be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext
from rest_framework.exceptions import PermissionDenied
from rest_framework.test import APIClient

from tests.policies import ALL, call_as, make_user, write_policy
from tests.shop.models import Address, Customer, Order

pytestmark = pytest.mark.django_db(transaction=True)
Write = Callable[[str], Any]


@pytest.fixture
def ada(policy: Write) -> APIClient:
    policy(write_policy(ALL))
    user = make_user("ada", "user")
    user.role_names = ["user"]
    return call_as(user)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Give the first words of what is sent to the database."""
    words: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield words
    words += [query["sql"].split()[0] for query in queries]


def test_creating_a_row_is_one_statement(ada: APIClient) -> None:
    with statements() as sent:
        created = ada.post("/api/customers", {"firstName": "Ada", "phone": None}).json()
    assert sent == ["INSERT"]
    stored = Customer.objects.get()
    assert (str(stored.pk), stored.first_name, stored.owner) == (
        created["id"],
        "Ada",
        get_user_model().objects.get(),
    )
    assert created == ada.get(f"/api/customers/{stored.pk}").json()


def test_changing_a_row_is_one_statement_that_returns_the_new_row(ada: APIClient) -> None:
    customer = Customer.objects.create(first_name="Ada", phone="1")
    Customer.objects.update(updated_at=datetime(2026, 1, 1, tzinfo=UTC))
    with statements() as sent:
        changed = ada.patch(f"/api/customers/{customer.pk}", {"phone": "2"}).json()
    assert sent == ["UPDATE"]
    assert changed == ada.get(f"/api/customers/{customer.pk}").json()
    assert (changed["firstName"], changed["phone"]) == ("Ada", "2")
    assert changed["updatedAt"] > "2026-01-01T00:00:00.000Z"


def test_a_link_to_any_row_costs_no_look(ada: APIClient) -> None:
    address, customer = Address.objects.create(), Customer.objects.create()
    link = {"address": {"id": str(address.pk)}}
    with statements() as sent:
        created = ada.post("/api/customers", link).json()
        changed = ada.patch(f"/api/customers/{customer.pk}", link).json()
    assert (sent, created["address"], changed["address"]) == (
        ["INSERT", "UPDATE"],
        *[link["address"]] * 2,
    )
    assert list(Customer.objects.values_list("address", flat=True)) == [address.pk] * 2


def test_a_link_to_some_of_the_rows_costs_a_look(policy: Write) -> None:
    policy(write_policy(ALL, Customer='view = "own"\nsearch = "own"'))
    user = make_user("ada", "user")
    user.role_names = ["user"]
    mine, foreign = Customer.objects.create(owner=user), Customer.objects.create()
    with statements() as sent:
        answers = [
            call_as(user).post("/api/orders", {"customer": {"id": str(row.pk)}})
            for row in (mine, foreign)
        ]
    assert [answer.status_code for answer in answers] == [201, 400]
    assert "SELECT" in sent
    assert [order.customer for order in Order.objects.all()] == [mine]


@pytest.mark.parametrize("verb", ["post", "patch"])
def test_a_linked_row_that_is_not_there_is_refused_with_all_other_faults(
    ada: APIClient, verb: str
) -> None:
    customer = Customer.objects.create(phone="1")
    path = {"post": "/api/customers", "patch": f"/api/customers/{customer.pk}"}[verb]
    nobody = {"address": {"id": "0190b5a0-0000-7000-8000-000000000000"}}
    for body, pointers in (
        (nobody, ["#/address/id"]),
        (nobody | {"email": "no"}, ["#/email", "#/address/id"]),
        (nobody | {"nothing": 1}, ["#/address/id", "#/nothing"]),
    ):
        answer = getattr(ada, verb)(path, body)
        assert answer.status_code == 400
        assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers
    unchanged = Customer.objects.get()
    assert (unchanged.phone, unchanged.address) == ("1", None)


def test_a_link_to_many_has_a_transaction(ada: APIClient) -> None:
    order = Order.objects.create()
    with statements() as sent:
        created = ada.post(
            "/api/customers", {"orders": {"connect": [{"id": str(order.pk)}]}}
        ).json()
    assert (sent[0], sent[-1]) == ("BEGIN", "COMMIT")
    assert str(Order.objects.get().customer_id) == created["id"]


def test_a_receiver_has_a_transaction_and_can_undo_the_write(ada: APIClient) -> None:
    def refuse(**_: object) -> None:
        raise PermissionDenied

    customer = Customer.objects.create(phone="1")
    post_save.connect(refuse, sender=Customer)
    try:
        answers = [
            ada.post("/api/customers", {}),
            ada.patch(f"/api/customers/{customer.pk}", {"phone": "2"}),
        ]
    finally:
        post_save.disconnect(refuse, sender=Customer)
    assert [answer.status_code for answer in answers] == [403, 403]
    assert Customer.objects.get().phone == "1"


def test_a_caller_of_own_rows_has_a_transaction(policy: Write) -> None:
    policy(
        write_policy(ALL, Customer='view = "own"\nsearch = "own"\ncreate = "own"\nupdate = "own"')
    )
    user = make_user("ada", "user")
    mine, foreign = Customer.objects.create(owner=user), Customer.objects.create()
    answers = [
        call_as(user).patch(f"/api/customers/{row.pk}", {"phone": "2"}) for row in (mine, foreign)
    ]
    assert [answer.status_code for answer in answers] == [200, 404]
    assert list(Customer.objects.filter(phone="2")) == [mine]


@pytest.mark.parametrize("key", ["0190b5a0-0000-7000-8000-000000000000", "nothing"])
@pytest.mark.parametrize("body", [{"phone": "2"}, {"phone": 2}, {"nothing": 2}])
def test_a_row_that_is_not_there_is_said_before_what_is_wrong(
    ada: APIClient, key: str, body: Any
) -> None:
    assert ada.patch(f"/api/customers/{key}", body).status_code == 404


def test_what_is_wrong_changes_nothing(ada: APIClient) -> None:
    customer = Customer.objects.create(phone="1")
    for body in (
        {"phone": "2", "nothing": 1},
        {"phone": "2", "id": "x"},
        {"phone": "2", "email": "no"},
    ):
        assert ada.patch(f"/api/customers/{customer.pk}", body).status_code == 400
    assert Customer.objects.get().phone == "1"
