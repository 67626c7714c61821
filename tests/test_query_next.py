"""`Link: rel="next"` goes on after the last row by its values, so rows that come and go meanwhile
move no others.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.db.models import QuerySet
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from entity_api.description import fields
from entity_api.description.registry import describe_entity, find_entity
from entity_api.query.paging import compile_query, select_page
from entity_api.query.scope import open_scope
from tests.conftest import add_user
from tests.query_model import encode, sort_rows
from tests.rest import MISSING, find_pointers, read_next
from tests.shop.models import Customer, Order
from tests.shop.serializers import CustomerSerializer
from tests.shop.viewsets import CustomerViewSet, OrderViewSet
from tests.test_query_model import (
    FLOATS,
    IDS,
    INTEGERS,
    ORDERS,
    customers,
    examples,
    order_by,
    stored,
)
from tests.test_query_pages import read_pages


def write_after(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.fixture
def as_ada(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def read_after(address: str) -> Any:
    after = parse_qs(urlsplit(address).query)["after"][0]
    return json.loads(base64.urlsafe_b64decode(after + "=="))


def read_ids(rows: list[Any]) -> list[str]:
    return [row["id"] for row in rows]


def make_orders(*quantities: int | None) -> list[Order]:
    return Order.objects.bulk_create(Order(quantity=quantity) for quantity in quantities)


@examples
@given(
    customers(),
    ORDERS,
    order_by("id", "quantity", "discount", "customerId", "createdAt", "totalPrice"),
    st.integers(1, 4),
    st.integers(0, 3),
)
def test_the_pages_are_the_list(
    rest: APIClient,
    people: list[Any],
    orders: list[Any],
    order: list[tuple[str, str]],
    take: int,
    skip: int,
) -> None:
    with stored(people, orders):
        query = encode({}, order, skip=skip)
        whole = rest.get(f"/api/orders?{query}").json()
        assert read_pages(rest, f"/api/orders?{query}&take={take}") == whole


@examples
@given(customers(), order_by("firstName", "id", "email"), st.integers(1, 3))
def test_the_pages_of_texts_are_the_list(
    rest: APIClient, people: list[Any], order: list[tuple[str, str]], take: int
) -> None:
    with stored(people, []):
        query = encode({}, order)
        whole = rest.get(f"/api/customers?{query}").json()
        assert read_pages(rest, f"/api/customers?{query}&take={take}") == whole


WHOLE = open_scope(describe_entity(OrderViewSet), find_entity)
CHANGES = st.lists(
    st.tuples(IDS, st.booleans(), INTEGERS | st.none(), FLOATS | st.none()),
    max_size=4,
    unique_by=lambda row: row[0],
)


@examples
@given(ORDERS, CHANGES, order_by("id", "quantity", "discount"), st.integers(1, 4))
def test_what_changes_meanwhile_moves_no_other_row(
    rest: APIClient, orders: list[Any], changes: list[Any], order: list[tuple[str, str]], take: int
) -> None:
    with stored([], orders) as (_, rows):
        first = rest.get(f"/api/orders?{encode({}, order, take=take)}")
        gone = {key for key, is_new, *_ in changes if not is_new}
        known = {row["id"] for row in rows}
        new = [change for change in changes if change[1] and change[0] not in known]
        Order.objects.filter(pk__in=gone).delete()
        Order.objects.bulk_create(
            Order(id=key, quantity=number, discount=share) for key, _, number, share in new
        )
        found = read_ids(read_pages(rest, read_next(first)))
        seen = read_ids(first.json())
        stayed = [
            row for row in read_ids(sort_rows(rows, order)) if row not in gone and row not in seen
        ]
        assert [key for key in found if key in known] == stayed
        assert not set(seen) & set(found)


@pytest.mark.parametrize(("first", "second"), [*product(["asc", "desc"], repeat=2)])
def test_ties_and_nulls_are_each_given_once(rest: APIClient, first: str, second: str) -> None:
    make_orders(*[None, 1, 2] * 4)
    query = f"orderBy[quantity]={first}&orderBy[id]={second}"
    whole = rest.get(f"/api/orders?{query}").json()
    assert len(whole) == 12
    assert read_pages(rest, f"/api/orders?{query}&take=1") == whole


def test_the_address_of_the_next_page_holds_the_last_row_and_no_skip(rest: APIClient) -> None:
    _, two, _ = make_orders(1, 2, 3)
    response = rest.get("/api/orders?skip=1&orderBy[quantity]=asc&take=1")
    assert read_after(read_next(response)) == [2, str(two.pk)]
    assert "skip" not in read_next(response)


def test_moments_are_written_as_they_are_stored(rest: APIClient) -> None:
    make_orders(1, 2)
    response = rest.get("/api/orders?orderBy[createdAt]=desc&take=1")
    (shown,) = response.json()
    moment, key = read_after(read_next(response))
    assert (datetime.fromisoformat(moment), key) == (
        datetime.fromisoformat(shown["createdAt"]),
        shown["id"],
    )


def test_what_is_named_after_the_id_orders_nothing(rest: APIClient) -> None:
    last, *_ = make_orders(1, 2)
    response = rest.get(
        "/api/orders?orderBy[id]=asc&orderBy[quantity]=desc&orderBy[createdAt]=asc&take=1"
    )
    assert read_after(read_next(response)) == [str(last.pk)]


def test_a_skip_counts_from_after(rest: APIClient) -> None:
    rows = make_orders(0, 1, 2, 3)
    response = rest.get(f"/api/orders?after={write_after(str(rows[0].pk))}&skip=1")
    assert read_ids(response.json()) == [str(row.pk) for row in rows[2:]]


def test_the_count_is_that_of_the_whole_list(rest: APIClient) -> None:
    rows = make_orders(0, 1, 2, 3)
    query = f"where[quantity][gt]=0&after={write_after(str(rows[2].pk))}"
    response = rest.get(f"/api/orders?{query}", headers={"Prefer": "count=exact"})
    assert (len(response.json()), response["X-Total-Count"]) == (1, "3")


def test_users_by_their_roles_go_on_by_skip(rest: APIClient) -> None:
    User.objects.bulk_create(User(username=f"user {number}") for number in range(3))
    query = "orderBy[roles]=desc&orderBy[username]=asc"
    response = rest.get(f"/api/users?{query}&take=2")
    assert read_next(response).endswith("&skip=2")
    assert read_pages(rest, f"/api/users?{query}&take=1") == rest.get(f"/api/users?{query}").json()


def test_after_a_text_too_long_for_an_address_the_list_goes_on_by_skip(rest: APIClient) -> None:
    for name in ("a", "aa" * 500, "a" + "🧵" * 998, "a" + "🧵" * 999, "b"):
        Customer.objects.create(first_name=name)
    address = "/api/customers?orderBy[firstName]=asc"
    assert read_pages(rest, f"{address}&take=1") == rest.get(address).json()
    second = read_next(rest.get(f"{address}&take=1&skip=1"))
    third = parse_qs(urlsplit(read_next(rest.get(second))).query)
    assert third == parse_qs(urlsplit(second).query) | {"skip": ["1"]}


class MaskedField(fields.TextField):
    def to_representation(self, value: str) -> str:
        return value[:1] + "…"


class MaskedSerializer(CustomerSerializer):
    phone = MaskedField()

    class Meta(CustomerSerializer.Meta):
        pass


def test_a_field_that_shows_something_else_goes_on_by_skip(
    rest: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    Customer.objects.bulk_create(Customer(phone=phone) for phone in ("32", "31", "1"))
    monkeypatch.setattr(CustomerViewSet, "serializer_class", MaskedSerializer)
    response = rest.get("/api/customers?orderBy[phone]=asc&take=1")
    assert read_next(response).endswith("&skip=1")


def test_links_to_many_go_on_in_the_same_way(rest: APIClient) -> None:
    customer = Customer.objects.create()
    Order.objects.bulk_create(Order(quantity=number % 2, customer=customer) for number in range(5))
    make_orders(0, 1)
    address = f"/api/customers/{customer.pk}/orders?orderBy[quantity]=desc"
    assert "after=" in read_next(rest.get(f"{address}&take=2"))
    assert read_pages(rest, f"{address}&take=2") == rest.get(address).json()


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "!",
        "%00",
        "é",
        "A" * 4_001,
        "A" * 4_000,
        write_after(MISSING) + "=",
        write_after(MISSING) + "+/",
        write_after(),
        write_after(None),
        write_after(1),
        write_after("x"),
        write_after([MISSING]),
        write_after({"id": MISSING}),
        write_after(MISSING, MISSING),
        write_after(MISSING.replace("-", "")),
        write_after("' OR 1=1 --"),
        base64.urlsafe_b64encode(json.dumps(MISSING).encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(b'{"0":"' + MISSING.encode() + b'"}').decode().rstrip("="),
        base64.urlsafe_b64encode(b"[" * 2_900).decode().rstrip("="),
        base64.urlsafe_b64encode(b'["\xff"]').decode().rstrip("="),
        base64.urlsafe_b64encode(b"[NaN]").decode().rstrip("="),
    ],
)
def test_an_after_that_no_link_has_is_refused(rest: APIClient, after: str) -> None:
    assert find_pointers(rest.get(f"/api/orders?after={after}")) == ["#/after"]


@pytest.mark.parametrize(
    ("order", "value"),
    [
        ("quantity", "1"),
        ("quantity", 1.0),
        ("quantity", True),
        ("quantity", 2**64),
        ("quantity", [1]),
        ("discount", "0.1"),
        ("discount", False),
        ("discount", {}),
        ("createdAt", None),
        ("createdAt", 0),
        ("createdAt", "now"),
        ("createdAt", "2026-13-01T00:00:00Z"),
        ("createdAt", "0001-01-01T00:00:00+23:59"),
        ("createdAt", "9999-12-31T23:59:59-23:59"),
        ("customerId", 1),
        ("customerId", "x"),
        ("customerId", {"id": MISSING}),
    ],
)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_a_value_of_another_type_is_refused(
    rest: APIClient, order: str, value: Any, direction: str
) -> None:
    query = f"orderBy[{order}]={direction}&after={write_after(value, MISSING)}"
    assert find_pointers(rest.get(f"/api/orders?{query}")) == ["#/after"]


@pytest.mark.parametrize("value", ["a\0", "\ud800", 1, True, ["a"]])
def test_a_text_that_cannot_be_stored_is_refused(rest: APIClient, value: Any) -> None:
    query = f"orderBy[firstName]=asc&after={write_after(value, MISSING)}"
    assert find_pointers(rest.get(f"/api/customers?{query}")) == ["#/after"]


@pytest.mark.parametrize(
    ("order", "value"),
    [
        ("quantity", 2**63 - 1),
        ("quantity", -(2**63)),
        ("quantity", None),
        ("discount", 1),
        ("discount", 1e308),
        ("discount", 5e-324),
        ("discount", None),
        ("createdAt", "0001-01-01T00:00:00Z"),
        ("createdAt", "9999-12-31T23:59:59.999999Z"),
        ("customerId", MISSING),
        ("customerId", None),
    ],
)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_a_place_where_no_row_is_is_a_place(
    rest: APIClient, order: str, value: Any, direction: str
) -> None:
    make_orders(1, None)
    response = rest.get(
        f"/api/orders?orderBy[{order}]={direction}&after={write_after(value, MISSING)}"
    )
    assert response.status_code == 200, response.content


@pytest.mark.parametrize("query", ["after[x]=1", "after=W10&after=W10"])
def test_several_places_are_refused(rest: APIClient, query: str) -> None:
    assert find_pointers(rest.get(f"/api/orders?{query}"))[0].startswith("#/after")


@pytest.mark.parametrize("order", ["roles", "foo"])
def test_there_is_no_place_in_an_order_that_rows_do_not_show(rest: APIClient, order: str) -> None:
    response = rest.get(f"/api/users?orderBy[{order}]=asc&after={write_after('admin', MISSING)}")
    assert len(find_pointers(response)) == 1


LINKED = """
roles = ["user"]
[Order]
view = "all"
search = "all"
fields.search.quantity = []
[Customer]
view = "{view}"
search = "{search}"
"""


@pytest.mark.parametrize(
    ("view", "search", "goes_on_by"),
    [
        ("all", "all", "after"),
        ("own", "all", "skip"),
        ("all", "own", "skip"),
        ("own", "own", "skip"),
    ],
)
def test_a_link_that_is_not_shown_stands_in_no_address(
    as_ada: APIClient, policy: Any, view: str, search: str, goes_on_by: str
) -> None:
    policy(LINKED.format(view=view, search=search))
    people = [Customer.objects.create() for _ in range(3)]
    Order.objects.bulk_create(Order(customer=customer) for customer in reversed(people))
    address = "/api/orders?orderBy[customerId]=asc"
    first = as_ada.get(f"{address}&take=1")
    assert goes_on_by in parse_qs(urlsplit(read_next(first)).query)
    assert read_pages(as_ada, f"{address}&take=1") == as_ada.get(address).json()


def test_a_field_that_may_not_be_searched_gives_no_place(as_ada: APIClient, policy: Any) -> None:
    policy(LINKED.format(view="all", search="all"))
    response = as_ada.get(f"/api/orders?orderBy[quantity]=asc&after={write_after(1, MISSING)}")
    assert find_pointers(response) == ["#/orderBy/quantity"]


def test_own_rows_stay_the_only_ones(as_ada: APIClient, user: Any, policy: Any) -> None:
    policy(LINKED.format(view="own", search="own"))
    other = add_user("grace", None, "user")
    own, *_ = Customer.objects.bulk_create(Customer(owner=owner) for owner in (user, other, other))
    response = as_ada.get(
        f"/api/customers?after={write_after('00000000-0000-7000-8000-000000000000')}"
    )
    assert read_ids(response.json()) == [str(own.pk)]


@pytest.mark.django_db
@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize(
    ("name", "values", "index"),
    [
        ("createdAt", ("2026-01-01T00:00:00Z", MISSING), "shop_order_created_"),
        ("id", (MISSING,), "autoindex_shop_order_1|shop_order_pkey"),
    ],
)
def test_the_next_page_is_found_in_an_index(
    name: str, values: Any, index: str, direction: str
) -> None:
    arguments = {"orderBy": {name: direction}, "after": write_after(*values)}
    plan = explain(select_page(Order.objects.all(), compile_query(WHOLE, arguments, 20)))
    assert re.search(index, plan)
    assert re.search(r"\bid\W*[<>]", plan)
    assert not re.search("Sort|TEMP B-TREE|Filter", plan)


def explain(rows: QuerySet[Any]) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A table of no rows is read whole otherwise.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    return rows.explain()
