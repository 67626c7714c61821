"""Conditions on the fields of a to-one link, and lists in the order of such a field."""

import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.graph import ask_data
from tests.policies import READ, call_as, make_user, write_policy
from tests.rest import find_pointers, read_next
from tests.shop.models import Address, Customer, Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rows() -> None:
    near, far, unnamed = (Address.objects.create(city=city) for city in ("near", "far", None))
    people = [
        Customer.objects.create(first_name=name, address=address)
        for name, address in (("ada", near), ("bob", far), ("cyd", unnamed), ("dan", None))
    ]
    for quantity, customer in enumerate([*people, None]):
        Order.objects.create(quantity=quantity, customer=customer)


def find(client: APIClient, query: str, entity: str = "customers", name: str = "firstName") -> Any:
    response = client.get(f"/api/{entity}?{query}", headers={"Prefer": "count=exact"})
    assert response.status_code == 200, response.content
    assert response["X-Total-Count"] == str(len(response.json()))
    return [row[name] for row in response.json()]


def find_by_graphql(client: APIClient, arguments: str) -> Any:
    rows = ask_data(client, f"{{ customers({arguments}) {{ firstName }} }}")["customers"]
    return [row["firstName"] for row in rows]


@pytest.mark.parametrize(
    ("where", "query", "found"),
    [
        ('address: {city: {equals: "near"}}', "where[address][city]=near", ["ada"]),
        ("address: {city: null}", "where[address][city][isNull]=true", ["cyd"]),
        ("address: {city: {isNull: true}}", "where[address][city][isNull]=true", ["cyd"]),
        ("address: {isNull: true}", "where[address][isNull]=true", ["dan"]),
        ('address: {NOT: {city: {equals: "far"}}}', "where[address][NOT][city]=far", ["ada"]),
        (
            'NOT: {address: {city: {equals: "far"}}}',
            "where[NOT][address][city]=far",
            ["ada", "cyd", "dan"],
        ),
        (
            'address: {customers: {some: {firstName: {equals: "bob"}}}}',
            "where[address][customers][some][firstName]=bob",
            ["bob"],
        ),
        (
            'orders: {some: {customer: {address: {city: {contains: "ar"}}}}}',
            "where[orders][some][customer][address][city][contains]=ar",
            ["ada", "bob"],
        ),
        ("address: {}", "", ["ada", "bob", "cyd", "dan"]),
    ],
)
def test_fields_of_a_link_are_conditions(
    rest: APIClient, where: str, query: str, found: list[str]
) -> None:
    assert find(rest, query) == find_by_graphql(rest, f"where: {{{where}}}") == found


def test_the_id_of_a_link_is_found_as_before_and_with_other_fields(rest: APIClient) -> None:
    near = Address.objects.get(city="near").pk
    assert find(rest, f"where[address][id]={near}") == ["ada"]
    assert find(rest, f"where[address][id]={near}&where[address][city]=far") == []
    assert find(rest, f"where[address][id][not]={near}") == ["bob", "cyd"]
    assert find_by_graphql(rest, f'where: {{address: {{id: "{near}"}}}}') == ["ada"]


@pytest.mark.parametrize(
    ("order", "query", "found"),
    [
        ("{address: {city: Asc}}", "orderBy[address][city]=asc", ["bob", "ada", "cyd", "dan"]),
        ("{address: {city: Desc}}", "orderBy[address][city]=desc", ["dan", "cyd", "ada", "bob"]),
        (
            "[{address: {zip: Asc}}, {firstName: Desc}]",
            "orderBy[address][zip]=asc&orderBy[firstName]=desc",
            ["dan", "cyd", "bob", "ada"],
        ),
    ],
)
def test_a_list_is_in_the_order_of_a_field_of_a_link(
    rest: APIClient, order: str, query: str, found: list[str]
) -> None:
    assert find(rest, query) == find_by_graphql(rest, f"orderBy: {order}") == found


def test_an_order_may_follow_several_links_and_sort_linked_rows(rest: APIClient) -> None:
    order = "orderBy[customer][address][city]=asc&orderBy[quantity]=desc"
    assert find(rest, order, "orders", "quantity") == [1, 0, 4, 3, 2]
    query = '{ addresses(where: {city: {equals: "near"}}) { customers(orderBy: {address: {city: '
    assert ask_data(rest, query + "Asc}}) { firstName } } }")["addresses"] == [
        {"customers": [{"firstName": "ada"}]}
    ]


def test_the_terms_of_an_order_stay_in_the_order_of_the_address(rest: APIClient) -> None:
    Customer.objects.update(last_name="x")
    terms = ["orderBy[customer][lastName]=asc", "orderBy[quantity]=desc"]
    terms.append("orderBy[customer][firstName]=asc")
    assert find(rest, "&".join(terms), "orders", "quantity") == [3, 2, 1, 0, 4]
    assert find(rest, "&".join([terms[0], *terms[:0:-1]]), "orders", "quantity") == [0, 1, 2, 3, 4]


def read_pages(client: APIClient, address: str) -> list[str]:
    found: list[str] = []
    while address:
        response = client.get(address)
        found += [row["id"] for row in response.json()]
        address = read_next(response)
        assert not address or "after" in parse_qs(urlsplit(address).query)
    return found


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("field", ["[address][city]", "[address][createdAt]", "[address][id]"])
def test_every_page_leads_to_the_next_one(rest: APIClient, field: str, direction: str) -> None:
    address = f"/api/customers?orderBy{field}={direction}"
    whole = [row["id"] for row in rest.get(address).json()]
    assert read_pages(rest, f"{address}&take=1") == whole
    deep = f"/api/orders?orderBy[customer]{field}={direction}&orderBy[quantity]=desc"
    assert read_pages(rest, f"{deep}&take=2") == [row["id"] for row in rest.get(deep).json()]


def test_a_page_of_linked_rows_leads_to_the_next_one(rest: APIClient) -> None:
    near = Address.objects.get(city="near")
    Customer.objects.update(address=near)
    address = f"/api/addresses/{near.pk}/customers?orderBy[address][city]=asc"
    assert len(read_pages(rest, f"{address}&take=1")) == 4


def test_a_list_is_one_query(rest: APIClient) -> None:
    address = (
        "/api/orders?where[customer][address][city][gt]=a&orderBy[customer][address][city]=asc&"
        "orderBy[customer][lastName]=asc&take=1"
    )
    assert "Link" in rest.get(address)
    counts = []
    for each in (address, "/api/orders?take=1"):
        with CaptureQueriesContext(connection) as queries:
            rest.get(each)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("orderBy[address][foo]=asc", "#/orderBy/address/foo"),
        ("orderBy[address]=asc", "#/orderBy/address"),
        ("orderBy[address][city]=up", "#/orderBy/address/city"),
        ("orderBy[firstName][city]=asc", "#/orderBy/firstName"),
        ("orderBy[orders][quantity]=asc", "#/orderBy/orders"),
        ("orderBy[owner][username]=asc", "#/orderBy/owner"),
        ("orderBy[address][customers][firstName]=asc", "#/orderBy/address/customers"),
        ("orderBy[0][address][city]=asc&orderBy[1][address][city]=asc", "#/orderBy/1/address/city"),
        ("orderBy" + "[address]" * 10 + "=asc", "#/orderBy" + "/address" * 9),
    ],
)
def test_a_wrong_order_is_refused(rest: APIClient, query: str, pointer: str) -> None:
    assert find_pointers(rest.get(f"/api/customers?{query}")) == [pointer]


def write_json(**arguments: Any) -> str:
    return "&".join(f"{name}={quote(json.dumps(value))}" for name, value in arguments.items())


def test_where_and_order_by_may_be_json(rest: APIClient) -> None:
    where = {"OR": [{"address": None}, {"address": {"city": {"in": ["near", "far"]}}}]}
    order = [{"address": {"city": "desc"}}, {"firstName": "asc"}]
    assert find(rest, write_json(where=where, orderBy=order)) == ["dan", "ada", "bob"]
    assert find(rest, write_json(orderBy={"firstName": "desc"}, where={}))[0] == "dan"
    assert find(rest, write_json(where={"quantity": {"gte": 3}}), "orders", "quantity") == [3, 4]
    address = f"/api/customers?{write_json(orderBy=order)}"
    assert len(read_pages(rest, f"{address}&take=1")) == 4


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("where={", "#/where"),
        ("where={}x", "#/where"),
        ("where=", "#/where"),
        ("where=[]", "#/where"),
        ("where=[{}]", "#/where"),
        ("where={%22a%22:NaN}", "#/where"),
        ("where=null", "#/where"),
        ("where={}&where={}", "#/where"),
        ("where={}&where[firstName]=a", "#/where/firstName"),
        ("where={%22firstName%22:1}", "#/where/firstName/equals"),
        ("where={%22firstName%22:{%22mode%22:[]}}", "#/where/firstName/mode"),
        ("where={%22id%22:{%22in%22:[[]]}}", "#/where/id/in/0"),
        ("where={%22OR%22:[null]}", "#/where/OR/0"),
        ("where={%22address%22:{%22isNull%22:1}}", "#/where/address/isNull"),
        ("where={%22firstName%22:%22\\ud800%22}", "#/where"),
        ("where=" + "[" * 5_000, "#/where"),
        ("where=" + "{%22NOT%22:" * 500 + "{}" + "}" * 500, None),
        ("orderBy=[1]", "#/orderBy/0"),
        ("orderBy={%22firstName%22:[]}", "#/orderBy/firstName"),
        ("orderBy={%22firstName%22:1}", "#/orderBy/firstName"),
        ("orderBy=[[]]", "#/orderBy/0"),
        ("orderBy={", "#/orderBy"),
    ],
)
def test_other_json_is_refused(rest: APIClient, query: str, pointer: str | None) -> None:
    (found,) = find_pointers(rest.get(f"/api/customers?{query}"))
    assert found == (pointer or "#/where" + "/NOT" * 17)


@pytest.fixture
def eve(policy: Any) -> APIClient:
    """Who sees one of two customers, and of addresses everything but the city."""
    eve = make_user("eve", "user")
    Customer.objects.filter(first_name="bob").update(owner=eve)
    section = READ + "\nfields.search.city = []"
    own = 'view = "own"\nsearch = "own"'
    policy(write_policy(READ, Address=section, Customer=own))
    return call_as(eve)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("where[address][city]=near", "#/where/address/city"),
        ("where[address][NOT][city]=near", "#/where/address/NOT/city"),
        ("orderBy[address][city]=asc", "#/orderBy/address/city"),
    ],
)
def test_a_withheld_field_of_a_link_is_unknown(eve: APIClient, query: str, pointer: str) -> None:
    assert find_pointers(eve.get(f"/api/customers?{query}")) == [pointer]


def test_a_hidden_row_of_a_link_is_like_none(eve: APIClient) -> None:
    assert find(eve, "where[customer][firstName]=ada", "orders", "quantity") == []
    assert find(eve, "where[customer][firstName][gt]=a", "orders", "quantity") == [1]
    assert find(eve, "where[NOT][customer][firstName]=bob", "orders", "quantity") == [0, 2, 3, 4]
    order = "orderBy[customer][firstName]=desc&orderBy[quantity]=asc"
    assert find(eve, order, "orders", "quantity") == [0, 2, 3, 4, 1]
    assert len(read_pages(eve, f"/api/orders?{order}&take=1")) == 5
