"""The policy holds for nested selections as it does for lists and single rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.graph import ask_data, ask_error
from tests.shop.models import Address, Customer, Order, Product

pytestmark = pytest.mark.usefixtures("quick_hashes")
Policy = Callable[[str], Path]
OPEN = 'view = "all"\nsearch = "all"\ncreate = "all"\nupdate = "all"\ndelete = "all"\n'
CLOSED = ""


def write_policy(**sections: str) -> str:
    names = ("User", "Address", "Customer", "Order", "Product")
    parts = (f"[{name}]\n{sections.get(name, OPEN)}" for name in names)
    return 'roles = ["admin", "user"]\n' + "\n".join(parts)


@pytest.fixture
def customer(user: Any) -> Customer:
    address = Address.objects.create(city="London", zip=7)
    customer = Customer.objects.create(first_name="Ada", address=address, owner=user)
    stranger = Customer.objects.create(first_name="Bob", address=address)
    product = Product.objects.create(name="Engine")
    for owner in (customer, stranger):
        Order.objects.create(customer=owner, product=product, quantity=1)
    return customer


def test_a_foreign_row_is_left_out_of_a_nested_list(
    as_user: APIClient, customer: Customer, policy: Policy
) -> None:
    policy(write_policy(Order=OPEN.replace('"all"', '"own"')))
    listed = ask_data(as_user, "{ customers(orderBy: {firstName: Asc}) { orders { quantity } } }")[
        "customers"
    ]
    assert listed == [{"orders": [{"quantity": 1.0}]}, {"orders": []}]


def test_a_link_to_a_row_that_is_not_seen_is_null(
    as_user: APIClient, customer: Customer, policy: Policy
) -> None:
    policy(write_policy(Customer=OPEN.replace('view = "all"', 'view = "own"')))
    query = "{ orders(orderBy: {createdAt: Asc}) { customer { %s } } }"
    for selected in ("id", "firstName"):
        first, second = ask_data(as_user, query % selected)["orders"]
        assert first["customer"]
        assert second["customer"] is None


def test_a_closed_entity_is_null_as_a_link_and_refused_as_a_list(
    as_user: APIClient, customer: Customer, policy: Policy
) -> None:
    policy(write_policy(Address=CLOSED, Order=CLOSED))
    assert (
        ask_data(as_user, "{ customers { address { city } } }")["customers"]
        == [{"address": None}] * 2
    )
    assert (
        ask_error(as_user, "{ customers { orders { id } } }")["extensions"]["code"] == "FORBIDDEN"
    )


def test_a_withheld_field_is_null(as_user: APIClient, customer: Customer, policy: Policy) -> None:
    policy(write_policy(Address=OPEN + 'fields.view.city = ["admin"]\n'))
    expected = [{"address": {"city": None, "zip": 7.0}}] * 2
    assert ask_data(as_user, "{ customers { address { city zip } } }")["customers"] == expected
    assert ask_data(as_user, "{ addresses { city zip } }")["addresses"] == [
        {"city": None, "zip": 7.0}
    ]


def test_a_withheld_field_is_null_in_what_was_written(
    as_user: APIClient, customer: Customer, policy: Policy
) -> None:
    policy(write_policy(Customer=OPEN + 'fields.view.phone = ["admin"]\n'))
    query = 'mutation ($id: String!) { updateCustomer(where: {id: $id}, data: {phone: "1"}) { phone firstName } }'
    assert ask_data(as_user, query, id=str(customer.pk))["updateCustomer"] == {
        "phone": None,
        "firstName": "Ada",
    }


def test_a_withheld_field_that_cannot_be_null_is_refused(
    as_user: APIClient, customer: Customer, policy: Policy
) -> None:
    policy(write_policy(Customer=OPEN + 'fields.view.createdAt = ["admin"]\n'))
    error = ask_error(as_user, "{ customers { id createdAt } }")
    assert (error["message"], error["extensions"]["code"]) == (
        "You may not see the field createdAt.",
        "FORBIDDEN",
    )
    assert ask_data(as_user, "{ customers { id } }")


@pytest.mark.parametrize("argument", ['where: {city: {startsWith: "L"}}', "orderBy: {city: Asc}"])
def test_a_withheld_field_is_no_oracle(
    as_user: APIClient, customer: Customer, policy: Policy, argument: str
) -> None:
    policy(write_policy(Address=OPEN + 'fields.view.city = ["admin"]\n'))
    assert (
        ask_error(as_user, f"{{ addresses({argument}) {{ id }} }}")["extensions"]["code"]
        == "BAD_USER_INPUT"
    )


def test_a_nested_list_has_no_oracle_either(
    as_user: APIClient, customer: Customer, policy: Policy
) -> None:
    policy(write_policy(Customer=OPEN + 'fields.search.firstName = ["admin"]\n'))
    query = '{ addresses { customers(where: {firstName: {startsWith: "A"}}) { id } } }'
    assert ask_error(as_user, query)["extensions"]["errors"][0]["code"] == "unknown"
