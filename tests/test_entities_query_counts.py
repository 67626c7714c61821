"""A list costs the same few SQL queries however many rows it has."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import add_user, find_role
from tests.shop.models import Address, Customer, Order, Product

MANY = 1_000


@pytest.fixture
def as_ada(db: None) -> APIClient:
    client = APIClient()
    client.force_authenticate(add_user("ada", None, "user"))
    return client


def store(count: int) -> str:
    """Store so many rows of each entity, all linked; return the id of the customer who has all the
    orders.
    """
    address, product, ada = Address.objects.create(), Product.objects.create(), User.objects.get()
    Address.objects.bulk_create(Address() for _ in range(count - 1))
    Product.objects.bulk_create(Product() for _ in range(count - 1))
    customers = Customer.objects.bulk_create(
        Customer(address=address, owner=ada) for _ in range(count)
    )
    Order.objects.bulk_create(
        Order(customer=customers[0], product=product, quantity=1) for _ in range(count)
    )
    users = User.objects.bulk_create(User(username=f"user{number}") for number in range(count - 1))
    find_role("user").user_set.add(*users)
    return str(customers[0].pk)


def count_queries(client: APIClient, address: str) -> tuple[int, int]:
    """Return how many rows the answer has, and how many queries it cost."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, response.content
    answer = response.json()
    return len(answer) if isinstance(answer, list) else 1, len(queries)


# One query is always the caller's roles.
COSTS = [
    ("addresses", 2),
    ("customers", 2),
    ("products", 2),
    ("orders", 2),
    ("users", 3),
    (
        "customers?where[orders][every][quantity]=1&orderBy[addressId]=asc&where[orders][none][quantity]=2",
        2,
    ),
    ("orders?where[customer][id]={customer}", 2),
    ("customers/{customer}/orders", 3),
]
# A plain user sees some rows only, which costs a look at each kind of row that is linked to.
OWN_COSTS = [
    ("customers", 2),
    ("orders", 2),
    ("customers?where[orders][every][quantity]=1", 2),
    ("customers/{customer}/orders", 3),
]


@pytest.mark.parametrize("count", [10, MANY])
def test_a_list_costs_as_much_with_many_rows_as_with_few(rest: APIClient, count: int) -> None:
    customer = store(count)
    costs = [
        (path, count_queries(rest, f"/api/{path}".format(customer=customer))) for path, _ in COSTS
    ]
    assert costs == [(path, (count, queries)) for path, queries in COSTS]


@pytest.mark.parametrize("count", [10, MANY])
def test_a_list_of_some_rows_costs_no_more(as_ada: APIClient, count: int) -> None:
    customer = store(count)
    costs = [
        (path, count_queries(as_ada, f"/api/{path}".format(customer=customer)))
        for path, _ in OWN_COSTS
    ]
    assert costs == [(path, (count, queries)) for path, queries in OWN_COSTS]


@pytest.mark.parametrize("count", [10, MANY])
def test_one_row_costs_as_much_with_many_links_as_with_few(rest: APIClient, count: int) -> None:
    assert count_queries(rest, f"/api/customers/{store(count)}") == (1, 2)
