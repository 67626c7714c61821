"""Asking for null: over GraphQL as Prisma has it, over REST by `isNull`."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.graph import ask_data
from tests.policies import READ, call_as, make_user, write_policy
from tests.rest import find_pointers
from tests.shop.models import Address, Customer, Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rows() -> None:
    near = Address.objects.create(city="near")
    ada = Customer.objects.create(first_name="ada", email="ada@example.org", address=near)
    Customer.objects.create(first_name="bob", email="")
    Customer.objects.create(first_name="cyd", phone="1")
    Order.objects.create(customer=ada, quantity=1)
    Order.objects.create(quantity=2)


# What is asked for on both surfaces, and whom it finds.
CASES = [
    ("email: {equals: null}", "where[email][isNull]=true", ["cyd"]),
    ("email: null", "where[email][isNull]=true", ["cyd"]),
    ("email: {not: null}", "where[email][isNull]=false", ["ada", "bob"]),
    ("email: {not: null, equals: null}", "where[email][isNull]=false&where[phone][gt]=2", []),
    (
        'email: {not: null, contains: "a"}',
        "where[email][isNull]=false&where[email][contains]=a",
        ["ada"],
    ),
    (
        "email: {equals: null, mode: Insensitive}",
        "where[email][isNull]=true&where[email][mode]=insensitive",
        ["cyd"],
    ),
    ("address: null", "where[address][isNull]=true", ["bob", "cyd"]),
    (
        "phone: {not: null}, address: null",
        "where[phone][isNull]=false&where[address][isNull]=true",
        ["cyd"],
    ),
    (
        "orders: {some: {quantity: {not: null}}}",
        "where[orders][some][quantity][isNull]=false",
        ["ada"],
    ),
    (
        "orders: {every: {quantity: {equals: null}}}",
        "where[orders][every][quantity][isNull]=true",
        ["bob", "cyd"],
    ),
    (
        "orders: {none: {product: null}}",
        "where[orders][none][product][isNull]=true",
        ["bob", "cyd"],
    ),
]


def find_by_rest(client: APIClient, query: str) -> list[str]:
    response = client.get(f"/api/customers?{query}&orderBy[firstName]=asc")
    assert response.status_code == 200, response.content
    return [row["firstName"] for row in response.json()]


def find_by_graphql(client: APIClient, where: str) -> list[str]:
    query = f"{{ customers(where: {{{where}}}, orderBy: [{{firstName: Asc}}]) {{ firstName }} }}"
    return [row["firstName"] for row in ask_data(client, query)["customers"]]


@pytest.mark.parametrize(("where", "query", "found"), CASES)
def test_null_is_found(rest: APIClient, where: str, query: str, found: list[str]) -> None:
    assert find_by_graphql(rest, where) == found
    assert find_by_rest(rest, query) == found


EVERYBODY = ["ada", "bob", "cyd"]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("email: {gt: null}", EVERYBODY),
        ("email: {contains: null, in: null, mode: null}", EVERYBODY),
        ("orders: null", EVERYBODY),
        ("orders: {some: null}", EVERYBODY),
        ("createdAt: {equals: null}", []),
        ("createdAt: {not: null}", EVERYBODY),
        ("id: {equals: null}", []),
        ("id: {not: null}", EVERYBODY),
    ],
)
def test_other_operators_are_no_condition_and_what_is_never_null_is_not_found(
    rest: APIClient, where: str, found: list[str]
) -> None:
    assert find_by_graphql(rest, where) == found


def test_a_null_in_a_variable_is_the_same_as_one_in_the_text(rest: APIClient) -> None:
    query = (
        "query ($w: CustomerWhereInput, $s: StringNullableFilter) { a: customers(where: $w) { "
        "firstName } "
    )
    query += "b: customers(where: {email: $s}) { firstName } }"
    given = ask_data(rest, query, w={"email": {"equals": None}}, s={"equals": None})
    assert given["a"] == given["b"] == [{"firstName": "cyd"}]
    absent = ask_data(rest, query)
    assert len(absent["a"]) == len(absent["b"]) == 3


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("where[email][isNull]=1", "#/where/email/isNull"),
        ("where[email][isNull]=", "#/where/email/isNull"),
        ("where[createdAt][isNull]=true", "#/where/createdAt/isNull"),
        ("where[address][isNull]=null", "#/where/address/isNull"),
        ("where[address][equals]=null", "#/where/address/equals"),
        ("where[orders][isNull]=true", "#/where/orders/isNull"),
    ],
)
def test_what_can_never_be_null_is_not_asked(rest: APIClient, query: str, pointer: str) -> None:
    assert find_pointers(rest.get(f"/api/customers?{query}")) == [pointer]


def test_a_link_that_reads_as_null_is_found_as_null(policy: Callable[[str], Any]) -> None:
    eve = make_user("eve", "user")
    Order.objects.update(customer=None)
    shown, hidden = (
        Customer.objects.create(first_name=name, owner=owner)
        for name, owner in (("s", eve), ("h", None))
    )
    for quantity, customer in ((10, shown), (11, hidden)):
        Order.objects.create(quantity=quantity, customer=customer)
    policy(write_policy(READ, Customer='view = "own"\nsearch = "own"'))
    client = call_as(eve)
    for wanted, quantities in (("true", [1, 2, 11]), ("false", [10])):
        rows = client.get(
            f"/api/orders?where[customer][isNull]={wanted}&orderBy[quantity]=asc"
        ).json()
        assert [row["quantity"] for row in rows] == quantities
        assert all((row["customer"] is None) == (wanted == "true") for row in rows)
    orders = ask_data(
        client, "{ orders(where: {customer: null}, orderBy: [{quantity: Asc}]) { quantity } }"
    )["orders"]
    assert [row["quantity"] for row in orders] == [1, 2, 11]
