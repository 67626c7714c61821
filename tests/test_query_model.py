"""Random rows and random conditions: the database finds what the naive model finds, in the same
order.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from tests.query_model import ORDER, Row, encode, meets, sort_rows
from tests.shop.models import Customer, Order

# Letters whose case is peculiar, and what means something to LIKE, GLOB, a regular expression or a
# query string.
# ruff: noqa: RUF001
ALPHABETS = [
    "aA",
    "éÉ",
    "kK\u212a",
    "iIİı",
    "sSßẞſ",
    "σςΣ",
    "a%_",
    "a*?",
    "[]^a",
    "\\a",
    "-+&=;#",
    "'\"\n🧵",
]
TEXTS = st.text("aA%é", max_size=2)
INTEGERS = st.sampled_from([-(2**31), -1, 0, 1, 2, 3, 2**31 - 1])
FLOATS = st.sampled_from([-1e308, -1.5, 0.0, 5e-324, 0.1, 0.3, 1.0, 1e308])
IDS = st.sampled_from([f"0190b5a0-0000-7000-8000-00000000000{digit:x}" for digit in range(16)])
ID_TEXTS = st.sampled_from(
    ["", "-", "0190b5a0", "0190B5A0-0", "00-00", "0-7", "5a00000", "-00000000000f", "8-0", "%", "_"]
)


def customers(texts: st.SearchStrategy[str] = TEXTS) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.tuples(IDS, texts | st.none()), max_size=6, unique_by=lambda row: row[0])


ORDERS = st.lists(
    st.tuples(IDS, INTEGERS | st.none(), FLOATS | st.none(), IDS | st.none()),
    max_size=8,
    unique_by=lambda row: row[0],
)


def operators(
    values: st.SearchStrategy[Any], *words: str, **more: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    lists = {word: st.lists(values, min_size=1, max_size=3) for word in ("in", "notIn")}
    known = dict.fromkeys(("equals", "not", *words), values) | lists | more
    several = st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=3, unique=True)
    return values | several.flatmap(
        lambda chosen: st.fixed_dictionaries({word: known[word] for word in chosen})
    )


def fields(**conditions: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(st.sampled_from(sorted(conditions)), min_size=1, max_size=2, unique=True)
    return several.flatmap(
        lambda chosen: st.fixed_dictionaries({name: conditions[name] for name in chosen})
    )


def order_by(*names: str) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.lists(
        st.tuples(st.sampled_from(names), st.sampled_from(["asc", "desc"])),
        max_size=3,
        unique_by=lambda term: term[0],
    )


def text_operators(texts: st.SearchStrategy[str], *words: str) -> st.SearchStrategy[Any]:
    modes = {"mode": st.sampled_from(["default", "insensitive"])}
    return operators(texts, "contains", "startsWith", "endsWith", *words, **modes)


ID_WORDS: dict[str, Any] = dict.fromkeys(("contains", "startsWith", "endsWith"), ID_TEXTS)
WHERE_ORDERS = fields(
    id=operators(IDS, *ORDER, **ID_WORDS),
    quantity=operators(INTEGERS, *ORDER),
    discount=operators(FLOATS, *ORDER),
    customer=st.fixed_dictionaries({"id": IDS}),
)
WHERE_CUSTOMERS = fields(
    id=operators(IDS, *ORDER, **ID_WORDS),
    firstName=text_operators(TEXTS),
    orders=fields(some=WHERE_ORDERS, every=WHERE_ORDERS, none=WHERE_ORDERS),
)
PAGE = st.fixed_dictionaries({"skip": st.integers(0, 3), "take": st.integers(0, 9)})
examples = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def stored(people: list[Any], orders: list[Any]) -> Iterator[tuple[list[Row], list[Row]]]:
    """Store the rows for as long as the block lasts, and give them as the model reads them."""
    known = {key for key, _ in people}
    orders = [
        (key, quantity, discount, who if who in known else None)
        for key, quantity, discount, who in orders
    ]
    with transaction.atomic():
        Customer.objects.bulk_create(Customer(id=key, first_name=name) for key, name in people)
        Order.objects.bulk_create(
            Order(id=key, quantity=quantity, discount=discount, customer_id=who)
            for key, quantity, discount, who in orders
        )
        rows = [
            {
                "id": key,
                "quantity": quantity,
                "discount": discount,
                "customer": {"id": who},
                "customerId": who,
            }
            for key, quantity, discount, who in orders
        ]
        yield (
            [
                {
                    "id": key,
                    "firstName": name,
                    "orders": [row for row in rows if row["customerId"] == key],
                }
                for key, name in people
            ],
            rows,
        )
        transaction.set_rollback(True)


# The ids of a page, the number of all rows, and whether there is a next page.
Answer = tuple[list[str], str, bool]


def ask(
    rest: APIClient, entity: str, where: Any, order: list[tuple[str, str]], page: Any
) -> Answer:
    response = rest.get(
        f"/api/{entity}?{encode(where, order, **page)}", headers={"Prefer": "count=exact"}
    )
    assert response.status_code == 200, response.content
    ids = [row["id"] for row in response.json()]
    return ids, response["X-Total-Count"], "Link" in response


def expect(rows: list[Row], where: Any, order: list[tuple[str, str]], page: Any) -> Answer:
    found = sort_rows([row for row in rows if meets(row, where)], order)
    skip, take = page["skip"], page["take"]
    ids = [row["id"] for row in found[skip : skip + take]]
    return ids, str(len(found)), take > 0 and len(found) > skip + take


@examples
@given(customers(), ORDERS, WHERE_CUSTOMERS, order_by("id"), PAGE)
def test_customers_are_found_as_the_model_finds_them(
    rest: APIClient,
    people: list[Any],
    orders: list[Any],
    where: Any,
    order: list[tuple[str, str]],
    page: Any,
) -> None:
    with stored(people, orders) as (rows, _):
        assert ask(rest, "customers", where, order, page) == expect(rows, where, order, page)


@examples
@given(
    customers(), ORDERS, WHERE_ORDERS, order_by("id", "quantity", "discount", "customerId"), PAGE
)
def test_orders_are_found_as_the_model_finds_them(
    rest: APIClient,
    people: list[Any],
    orders: list[Any],
    where: Any,
    order: list[tuple[str, str]],
    page: Any,
) -> None:
    with stored(people, orders) as (_, rows):
        assert ask(rest, "orders", where, order, page) == expect(rows, where, order, page)


@pytest.fixture
def code_point_order(rest: APIClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'B' < 'a' AND 'z' < 'é'")
        if not cursor.fetchone()[0]:
            pytest.skip("needs a database that compares text by code points")


def people_and_text(*words: str) -> st.SearchStrategy[tuple[list[Any], Any]]:
    """Rows and a condition that are written with the same few letters, so that they meet."""
    letters = st.sampled_from(ALPHABETS).map(lambda alphabet: st.text(alphabet, max_size=2))
    return letters.flatmap(
        lambda texts: st.tuples(customers(texts), fields(firstName=text_operators(texts, *words)))
    )


@examples
@given(people_and_text(), PAGE)
def test_text_is_found_as_the_model_finds_it(
    rest: APIClient, case: tuple[list[Any], Any], page: Any
) -> None:
    people, where = case
    with stored(people, []) as (rows, _):
        assert ask(rest, "customers", where, [], page) == expect(rows, where, [], page)


@examples
@given(customers(), fields(id=operators(IDS, *ORDER, **ID_WORDS)), PAGE)
def test_ids_are_found_as_the_model_finds_them(
    rest: APIClient, people: list[Any], where: Any, page: Any
) -> None:
    with stored(people, []) as (rows, _):
        assert ask(rest, "customers", where, [], page) == expect(rows, where, [], page)


@examples
@given(people_and_text(*ORDER), order_by("firstName", "id"), PAGE)
def test_text_is_ordered_as_the_model_orders_it(
    rest: APIClient,
    code_point_order: None,
    case: tuple[list[Any], Any],
    order: list[tuple[str, str]],
    page: Any,
) -> None:
    people, where = case
    with stored(people, []) as (rows, _):
        assert ask(rest, "customers", where, order, page) == expect(rows, where, order, page)
