"""Order, pages, their links and counts."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from rest_framework.test import APIClient

from tests.rest import find_pointers, read_next
from tests.shop.models import Customer, Order

pytestmark = pytest.mark.usefixtures("as_described")


def read_numbers(rest: APIClient, query: str) -> list[int]:
    return [row["quantity"] for row in rest.get(f"/api/orders?{query}").json()]


def read_pages(rest: APIClient, address: str) -> list[Any]:
    """Follow the links to the end."""
    rows = []
    while address:
        response = rest.get(address)
        assert response.status_code == 200, response.content
        rows += response.json()
        address = read_next(response)
    return rows


def test_nulls_come_last_ascending_and_first_descending(rest: APIClient) -> None:
    Order.objects.bulk_create(Order(quantity=number) for number in (2, None, 1))
    assert read_numbers(rest, "orderBy[quantity]=asc") == [1, 2, None]
    assert read_numbers(rest, "orderBy[quantity]=desc") == [None, 2, 1]


def test_several_fields_order_in_turn_and_ids_break_ties(rest: APIClient) -> None:
    Order.objects.bulk_create(
        Order(quantity=quantity, total_price=price) for quantity in (1, 2) for price in (7, 8, 7)
    )
    rows = list(
        Order.objects.order_by("-total_price", "quantity", "pk").values_list("pk", flat=True)
    )
    for query in (
        "orderBy[totalPrice]=desc&orderBy[quantity]=asc",
        "orderBy[0][totalPrice]=desc&orderBy[1][quantity]=asc",
        "orderBy[1][quantity]=asc&orderBy[0][totalPrice]=desc",
        "orderBy%5BtotalPrice%5D=desc&orderBy%5Bquantity%5D=asc",
    ):
        assert [row["id"] for row in rest.get(f"/api/orders?{query}").json()] == [
            str(pk) for pk in rows
        ]


def test_without_an_order_the_oldest_comes_first(rest: APIClient) -> None:
    Order.objects.bulk_create(Order(quantity=number) for number in range(5))
    assert read_numbers(rest, "") == [0, 1, 2, 3, 4]
    assert read_numbers(rest, "orderBy[id]=desc") == [4, 3, 2, 1, 0]


def test_rows_order_by_their_link(rest: APIClient) -> None:
    one, two = Customer.objects.create(), Customer.objects.create()
    Order.objects.bulk_create(
        Order(quantity=n, customer=who) for n, who in enumerate([two, None, one])
    )
    assert read_numbers(rest, "orderBy[customerId]=asc") == [2, 0, 1]


@pytest.mark.parametrize(
    ("query", "numbers", "links_on"),
    [
        ("take=2", [0, 1], True),
        ("skip=1&take=2", [1, 2], True),
        ("skip=3&take=2", [3, 4], False),
        ("take=5", [0, 1, 2, 3, 4], False),
        ("take=0", [], False),
        ("skip=5", [], False),
        ("skip=2147483647", [], False),
        ("skip=1.0&take=1e0", [1], True),
        ("take=1000", [0, 1, 2, 3, 4], False),
    ],
)
def test_pages(rest: APIClient, query: str, numbers: list[int], links_on: bool) -> None:  # noqa: FBT001
    Order.objects.bulk_create(Order(quantity=number) for number in range(5))
    response = rest.get(f"/api/orders?{query}")
    assert ([row["quantity"] for row in response.json()], "Link" in response) == (numbers, links_on)


@pytest.mark.parametrize("name", ["skip", "take"])
@pytest.mark.parametrize(
    "value",
    [
        "-1",
        "1.5",
        "",
        "x",
        "2147483648",
        "9" * 5_000,
        "1e400",
        "NaN",
        "null",
        "true",
        "0x1",
        "1_0",
        "٣",
        " 1",
        "%00",
    ],
)
def test_a_wrong_skip_or_take_is_refused(rest: APIClient, name: str, value: str) -> None:
    assert find_pointers(rest.get(f"/api/orders?{name}={quote(value, safe='%')}")) == [f"#/{name}"]


def test_take_has_a_limit_which_is_the_default(rest: APIClient, settings: Any) -> None:
    settings.API_MAX_TAKE = 3
    Order.objects.bulk_create(Order(quantity=number) for number in range(5))
    assert read_numbers(rest, "") == [0, 1, 2]
    assert find_pointers(rest.get("/api/orders?take=4")) == ["#/take"]


@pytest.mark.parametrize(
    "name", ["é", "Łódź 🧵", "a&b=c", "50%", "%41", "a+b", "[x]", "<>;\"'", "\\"]
)
@pytest.mark.parametrize("raw", [True, False])
def test_the_links_lead_to_every_row_once(rest: APIClient, name: str, raw: bool) -> None:  # noqa: FBT001
    kept = Customer.objects.bulk_create(
        Customer(first_name=f"{name} {number}") for number in range(5)
    )
    Customer.objects.bulk_create(Customer(first_name="other") for _ in range(3))
    safe = "[]" + ("éŁóźd🧵" if raw else "")
    query = f"{quote('where[firstName][contains]', safe=safe)}={quote(name, safe=safe)}&take=2&orderBy[firstName]=desc"
    ids = [row["id"] for row in read_pages(rest, f"/api/customers?{query}")]
    assert ids == [str(row.pk) for row in reversed(kept)]


@pytest.mark.parametrize("first", ["", "skip=0", "skip=0.0", "skip[]=0", "skip%5B%5D=0"])
def test_the_next_link_replaces_the_skip(rest: APIClient, first: str) -> None:
    Order.objects.bulk_create(Order(quantity=number) for number in range(5))
    assert [row["quantity"] for row in read_pages(rest, f"/api/orders?take=2&{first}")] == [
        0,
        1,
        2,
        3,
        4,
    ]


def test_the_next_link_of_a_list_of_values_keeps_them_all(rest: APIClient) -> None:
    Order.objects.bulk_create(Order(quantity=number) for number in range(5))
    query = urlencode([("where[quantity][in]", n) for n in (0, 2, 4)])
    assert [row["quantity"] for row in read_pages(rest, f"/api/orders?take=1&{query}")] == [0, 2, 4]


@pytest.mark.parametrize(
    "prefer",
    ["count=exact", "Count=Exact", "respond-async, count=exact", 'count="exact"', "count = exact"],
)
def test_a_count_is_given_when_preferred(rest: APIClient, prefer: str) -> None:
    Order.objects.bulk_create(Order(quantity=number) for number in range(5))
    response = rest.get(
        "/api/orders?where[quantity][gt]=1&take=1&skip=1", headers={"Prefer": prefer}
    )
    assert (response["X-Total-Count"], response["Preference-Applied"]) == ("3", "count=exact")


@pytest.mark.parametrize(
    "prefer",
    ["", "count=planned", "count", "exact", "discount=exact", "count=exactly", ",;=" * 1_000],
)
def test_no_count_is_given_otherwise(rest: APIClient, prefer: str) -> None:
    assert "X-Total-Count" not in rest.get("/api/orders", headers={"Prefer": prefer})


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("orderBy=createdAt", "#/orderBy/0"),
        ("orderBy[createdAt]=up", "#/orderBy/createdAt"),
        ("orderBy[createdAt]=Asc", "#/orderBy/createdAt"),
        ("orderBy[createdAt][x]=asc", "#/orderBy/createdAt"),
        ("orderBy[foo]=asc", "#/orderBy/foo"),
        ("orderBy[customer]=asc", "#/orderBy/customer"),
        ("orderBy[customer__firstName]=asc", "#/orderBy/customer__firstName"),
        ("orderBy[%3F]=asc", "#/orderBy/?"),
        ("orderBy[-id]=asc", "#/orderBy/-id"),
        ("orderBy[0][id]=asc&orderBy[1][id]=desc", "#/orderBy/1/id"),
        ("orderBy[id]=asc&orderBy[id]=asc", "#/orderBy/id"),
    ],
)
def test_a_wrong_order_is_refused(rest: APIClient, query: str, pointer: str) -> None:
    assert find_pointers(rest.get(f"/api/orders?{query}")) == [pointer]
