"""Mutations: what they store, what they answer, and that a failed one leaves nothing behind."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.graph import ask, ask_data, ask_error
from tests.shop.models import Address, Customer, Order

pytestmark = pytest.mark.usefixtures("quick_hashes")
CREATE = """
mutation ($data: CustomerCreateInput!) {
  createCustomer(data: $data) { id firstName address { city } orders { quantity } }
}
"""
UPDATE = """
mutation ($id: String!, $data: CustomerUpdateInput!) {
  updateCustomer(data: $data, where: {id: $id}) { firstName email address { id } orders { id } }
}
"""


@pytest.fixture
def customer(db: None) -> Customer:
    address = Address.objects.create(city="London")
    customer = Customer.objects.create(first_name="Ada", email="ada@example.org", address=address)
    Order.objects.create(customer=customer, quantity=1)
    return customer


def test_it_creates_a_row_with_its_links(as_admin: APIClient, customer: Customer) -> None:
    order = Order.objects.create(quantity=7)
    links = {
        "address": {"id": str(customer.address_id)},
        "orders": {"connect": [{"id": str(order.pk)}]},
    }
    created = ask_data(as_admin, CREATE, data={"firstName": "B", **links})["createCustomer"]
    assert created["address"] == {"city": "London"}
    assert created["orders"] == [{"quantity": 7.0}]
    assert Customer.objects.get(pk=created["id"]).orders.get() == order


def test_it_takes_literals_as_well(as_admin: APIClient) -> None:
    query = 'mutation { createAddress(data: {city: "Paris", zip: 75001, state: null}) { city zip state } }'
    assert ask_data(as_admin, query)["createAddress"] == {
        "city": "Paris",
        "zip": 75001.0,
        "state": None,
    }


def test_what_is_not_given_stays(as_admin: APIClient, customer: Customer) -> None:
    updated = ask_data(as_admin, UPDATE, id=str(customer.pk), data={"firstName": "Augusta"})[
        "updateCustomer"
    ]
    assert updated["email"] == "ada@example.org"
    assert updated["address"] == {"id": str(customer.address_id)}
    assert len(updated["orders"]) == 1


def test_null_clears_a_value_and_a_link_and_leaves_many_links_alone(
    as_admin: APIClient, customer: Customer
) -> None:
    data = {"email": None, "address": None, "orders": None}
    updated = ask_data(as_admin, UPDATE, id=str(customer.pk), data=data)["updateCustomer"]
    assert (updated["email"], updated["address"], len(updated["orders"])) == (None, None, 1)


def test_an_absent_variable_is_no_null(as_admin: APIClient, customer: Customer) -> None:
    query = """mutation ($id: String!, $email: String) {
        updateCustomer(data: {email: $email}, where: {id: $id}) { email }
    }"""
    assert (
        ask_data(as_admin, query, id=str(customer.pk))["updateCustomer"]["email"]
        == "ada@example.org"
    )
    assert (
        ask_data(as_admin, query, id=str(customer.pk), email=None)["updateCustomer"]["email"]
        is None
    )


@pytest.mark.parametrize(
    "change", [{"set": []}, {"disconnect": "all"}, {"connect": [], "disconnect": "all"}]
)
def test_it_takes_links_away(
    as_admin: APIClient, customer: Customer, change: dict[str, Any]
) -> None:
    every = [{"id": str(order.pk)} for order in customer.orders.all()]
    data = {"orders": {verb: every if rows == "all" else rows for verb, rows in change.items()}}
    assert (
        ask_data(as_admin, UPDATE, id=str(customer.pk), data=data)["updateCustomer"]["orders"] == []
    )


def test_a_deleted_row_is_answered_as_it_was(as_admin: APIClient, customer: Customer) -> None:
    delete = "deleteCustomer(where: {id: $id}) { firstName address { city } orders { quantity } }"
    query = f"mutation ($id: String!) {{ {delete} }}"
    assert ask_data(as_admin, query, id=str(customer.pk))["deleteCustomer"] == {
        "firstName": "Ada",
        "address": {"city": "London"},
        "orders": [{"quantity": 1.0}],
    }
    assert not Customer.objects.exists()
    assert Order.objects.get().customer is None


def test_roles_that_are_null_stay(as_admin: APIClient, user: User) -> None:
    query = (
        "mutation ($id: String!, $data: UserUpdateInput!) { updateUser(data: $data, where: {id: "
        "$id}) { roles } }"
    )
    assert ask_data(as_admin, query, id=str(user.pk), data={"roles": None})["updateUser"][
        "roles"
    ] == ["user"]


@pytest.mark.parametrize("roles", [[], {"set": []}])
def test_roles_are_emptied_by_either_form(as_admin: APIClient, user: User, roles: Any) -> None:
    query = (
        "mutation ($id: String!, $data: UserUpdateInput!) { updateUser(data: $data, where: {id: "
        "$id}) { roles } }"
    )
    assert (
        ask_data(as_admin, query, id=str(user.pk), data={"roles": roles})["updateUser"]["roles"]
        == []
    )


def test_the_mutations_of_a_request_are_transactions_of_their_own(as_admin: APIClient) -> None:
    query = 'mutation { a: createAddress(data: {city: "A"}) { id } b: createAddress(data: {zip: 0.5}) { id } }'
    assert ask(as_admin, query)["errors"][0]["path"] == ["b"]
    assert Address.objects.get().city == "A"


def test_an_answer_that_cannot_be_given_undoes_the_write(
    as_admin: APIClient, customer: Customer
) -> None:
    query = """mutation ($id: String!) {
      updateCustomer(data: {firstName: "B", orders: {set: []}}, where: {id: $id}) {
        orders(where: {createdAt: {gt: "never"}}) { id }
      }
    }"""
    assert (
        ask_error(as_admin, query, id=str(customer.pk))["extensions"]["errors"][0]["pointer"]
        == "#/where/createdAt/gt"
    )
    customer.refresh_from_db()
    assert (customer.first_name, customer.orders.count()) == ("Ada", 1)


def test_a_password_is_stored_as_a_hash_and_never_read(as_admin: APIClient) -> None:
    query = """mutation { createUser(data: {username: "bob", password: "Difference-engine-2"}) { id username } }"""
    assert ask_data(as_admin, query)["createUser"]["username"] == "bob"
    assert User.objects.get(username="bob").check_password("Difference-engine-2")
    for query in (
        "{ users { password } }",
        '{ users(where: {password: {startsWith: "a"}}) { id } }',
    ):
        assert ask_error(as_admin, query)["extensions"]["code"] == "BAD_USER_INPUT"
