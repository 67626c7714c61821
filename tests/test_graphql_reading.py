"""Queries: lists, single rows, counts and the links between them."""

import pytest
from rest_framework.test import APIClient

from tests.graph import ask
from tests.shop.models import Address, Customer, Order, Product

pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def ada(db: None) -> Customer:
    address = Address.objects.create(city="London", zip=1)
    customer = Customer.objects.create(first_name="Ada", email="ada@example.org", address=address)
    product = Product.objects.create(name="Engine", item_price=2.5)
    for quantity in (1, 2, 3):
        Order.objects.create(customer=customer, product=product, quantity=quantity)
    return customer


def test_it_lists_rows_with_their_links(as_admin: APIClient, ada: Customer) -> None:
    Customer.objects.create(first_name="Bob")
    answer = ask(
        as_admin,
        """{ customers(orderBy: {firstName: Asc}) { firstName address { id city zip }
             some: orders(orderBy: {quantity: Desc}, take: 2, skip: 1) { quantity product { name itemPrice } }
             all: orders(where: {quantity: {gt: 1}}) { id } } }""",
    )
    assert "errors" not in answer, answer
    first, second = answer["data"]["customers"]
    assert first["address"] == {"id": str(ada.address_id), "city": "London", "zip": 1.0}
    assert [order["quantity"] for order in first["some"]] == [2, 1]
    assert first["some"][0]["product"] == {"name": "Engine", "itemPrice": 2.5}
    assert len(first["all"]) == 2
    assert second == {"firstName": "Bob", "address": None, "some": [], "all": []}
