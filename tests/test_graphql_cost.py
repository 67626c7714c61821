"""A selection costs a constant number of queries, whatever the number of rows."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.graph import ask_data
from tests.shop.models import Address, Customer, Order, Product

pytestmark = pytest.mark.usefixtures("quick_hashes")
DEEP = """
query ($n: Float) { customers(take: $n) {
  firstName
  address { city }
  orders(take: 3, orderBy: {quantity: Desc}) { quantity product { name } }
  first: orders(take: 1) { id customer { id } }
} }
"""


def add_rows(number: int) -> None:
    address = Address.objects.create(city="London")
    product = Product.objects.create(name="Engine")
    customers = Customer.objects.bulk_create(
        Customer(first_name=str(n), address=address) for n in range(number)
    )
    orders = (
        Order(customer=customer, product=product, quantity=n)
        for customer in customers
        for n in range(4)
    )
    Order.objects.bulk_create(orders)


def count_queries(client: APIClient, query: str, **variables: Any) -> int:
    ask_data(client, "{ userInfo { id } }")  # the first request with a password counts more
    with CaptureQueriesContext(
        connection,
    ) as queries:
        ask_data(client, query, **variables)
    return len(queries)


def test_a_thousand_rows_cost_as_much_as_ten(as_admin: APIClient) -> None:
    add_rows(10)
    few = count_queries(as_admin, DEEP, n=10)
    add_rows(990)
    assert count_queries(as_admin, DEEP, n=1000) == few
    nothing = count_queries(as_admin, "{ __typename }")
    who = count_queries(as_admin, "{ userInfo { id } }")
    # The customers, their addresses, their orders twice, and the products of the orders.
    assert (few - who, nothing) == (5, 0)


def test_a_link_of_which_only_the_id_is_selected_costs_nothing(as_admin: APIClient) -> None:
    add_rows(3)
    plain = count_queries(as_admin, "{ customers { id } }")
    assert count_queries(as_admin, "{ customers { id address { id __typename } } }") == plain
    assert count_queries(as_admin, "{ customers { id address { city } } }") == plain + 1


def test_what_is_skipped_costs_nothing(as_admin: APIClient) -> None:
    add_rows(3)
    plain = count_queries(as_admin, "{ customers { id } }")
    skipped = (
        "query ($no: Boolean!) { customers { id orders @include(if: $no) { id } ...A @skip(if: "
        "true) } }"
    )
    assert (
        count_queries(as_admin, skipped + " fragment A on Customer { address { city } }", no=False)
        == plain
    )


def test_a_link_selected_in_several_places_is_read_once(as_admin: APIClient) -> None:
    add_rows(3)
    once = count_queries(as_admin, "{ customers { orders { id quantity } } }")
    fragment = "fragment A on Customer { orders { id } }"
    query = (
        f"{{ customers {{ orders {{ id }} ...A ... on Customer {{ orders {{ quantity }} }} }} }} "
        f"{fragment}"
    )
    assert count_queries(as_admin, query) == once


def test_each_parent_has_a_page_of_its_own(as_admin: APIClient) -> None:
    add_rows(3)
    query = "{ customers { orders(orderBy: {quantity: Asc}, skip: 1, take: 2) { quantity } } }"
    pages = [customer["orders"] for customer in ask_data(as_admin, query)["customers"]]
    assert pages == [[{"quantity": 1.0}, {"quantity": 2.0}]] * 3
