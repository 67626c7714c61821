"""Conditions and orders by a field that the database computes, also over links and on pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Max
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from entity_api.description.registry import describe_entity
from tests.annotated import CustomerViewSet, serve_annotated
from tests.graph import ask_data
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem
from tests.shop.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Customer:
    return serve_annotated(monkeypatch, settings)


@pytest.fixture
def client(ada: Customer, policy: Any) -> APIClient:
    policy(write_policy(ALL))
    return call_as(make_user("eve", "user"))


def list_names(client: APIClient, query: str) -> list[str]:
    answer = client.get(f"/api/customers?{query}")
    assert answer.status_code == 200, answer.content
    return [row["firstName"] for row in answer.json()]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("where[orderCount][gt]=0&orderBy[firstName]=asc", ["Ada", "Bob"]),
        ("where[pieces][isNull]=true", ["Cy"]),
        ("where[pieces][not]=7", []),
        ("where[NOT][orderCount]=3&orderBy[firstName]=asc", ["Bob", "Cy"]),
        ("where[fullName][contains]=yro", ["Ada"]),
        ("where[fullName][startsWith]=bob&where[fullName][mode]=insensitive", ["Bob"]),
        ("where[size]=big", ["Ada"]),
        ("where[size][in]=big&where[hasOrders]=true", ["Ada"]),
        ("where[exact][gte]=6.5&orderBy[orderCount]=desc", ["Ada", "Bob"]),
        ("where[mean][lt]=5", ["Ada"]),
        ("where[lastOrderAt][gt]=2020-01-01T00:00:00.000Z&orderBy[mean]=desc", ["Bob", "Ada"]),
        ("orderBy[pieces]=asc&orderBy[orderCount]=desc", ["Ada", "Bob", "Cy"]),
        ("orderBy[largestOrder]=desc", ["Cy", "Bob", "Ada"]),
        ("where[orders][some][double][gt]=8", ["Bob"]),
        ("where[orders][every][double][lt]=9&orderBy[orderCount]=desc", ["Ada", "Cy"]),
        ("where[orders][some][customerName]=Ada", ["Ada"]),
        ("where[orders][some][customer][orderCount]=3", ["Ada"]),
    ],
)
def test_rest_finds_and_sorts_by_it(client: APIClient, query: str, names: list[str]) -> None:
    assert list_names(client, query) == names


def test_a_condition_and_an_order_lead_to_it_over_links(client: APIClient, ada: Customer) -> None:
    query = "where[customer][orderCount][gt]=2&orderBy[customer][fullName]=asc&orderBy[double]=desc"
    rows = client.get(f"/api/orders?{query}").json()
    assert [(row["double"], row["customerName"]) for row in rows] == [
        (8, "Ada"),
        (4, "Ada"),
        (2, "Ada"),
    ]
    linked = client.get(f"/api/customers/{ada.pk}/orders?where[double][gt]=2&orderBy[double]=asc")
    assert [row["double"] for row in linked.json()] == [4, 8]


@pytest.mark.parametrize(
    "key", ["orderBy[pieces]=asc", "orderBy[orderCount]=desc", "orderBy[mean]=asc"]
)
@pytest.mark.parametrize("path", ["customers", "orders"])
def test_pages_follow_each_other(client: APIClient, key: str, path: str) -> None:
    order = key if path == "customers" else key.replace("orderBy", "orderBy[customer]")
    whole = [row["id"] for row in client.get(f"/api/{path}?{order}").json()]
    url, seen = f"/api/{path}?{order}&take=1", []
    for _ in range(len(whole) + 1):
        answer = client.get(url)
        seen += [row["id"] for row in answer.json()]
        if "Link" not in answer.headers:
            break
        url = answer.headers["Link"].partition("<")[2].partition(">")[0]
        url = url if url.startswith("/") else f"/api/{path}{url[url.index('?') :]}"
        assert "after=" in url
    assert seen == whole


def test_graphql_shows_finds_and_sorts(client: APIClient) -> None:
    document = """{
      customers(where: {orderCount: {gt: 0}}, orderBy: [{pieces: Asc}, {orderCount: Asc}]) {
        firstName orderCount orders(where: {double: {gt: 2}}, orderBy: {double: Desc}) {
          double customer { fullName }
        }
      }
      _customersMeta(where: {orderCount: {equals: 0}}) { count }
    }"""
    data = ask_data(client, document)
    assert [row["firstName"] for row in data["customers"]] == ["Bob", "Ada"]
    assert data["customers"][1]["orders"][0] == {"double": 8, "customer": {"fullName": "Ada Byron"}}
    assert data["_customersMeta"]["count"] == 1


def test_a_list_takes_as_many_queries_as_without_it(client: APIClient) -> None:
    with CaptureQueriesContext(
        connection,
    ) as products:
        client.get("/api/products")
    with CaptureQueriesContext(connection) as customers:
        client.get("/api/customers")
    assert len(customers) == len(products)


@pytest.mark.parametrize("query", ["where[orderCount]=3", "orderBy[orderCount]=asc"])
def test_a_withheld_one_is_neither_shown_nor_found(
    client: APIClient, policy: Any, query: str
) -> None:
    hidden = ALL + '\n[Customer.fields.view]\norderCount = ["admin"]'
    policy(write_policy(ALL, Customer=hidden))
    (row, *_) = client.get("/api/customers").json()
    assert "orderCount" not in row
    assert "pieces" in row
    assert client.get(f"/api/customers?{query}").status_code == 400
    over = query.replace("[orderCount]", "[customer][orderCount]")
    assert client.get(f"/api/orders?{over}").status_code == 400


@pytest.mark.parametrize("query", ["where[customer][orderCount]=3", "where[customer][size]=big"])
def test_a_hidden_row_is_not_found_by_it(client: APIClient, policy: Any, query: str) -> None:
    assert len(client.get(f"/api/orders?{query}").json()) == 3
    policy(write_policy(ALL, Customer=ALL.replace('"all"', '"own"')))
    assert client.get(f"/api/orders?{query}").json() == []
    ordered = "orderBy[customer][orderCount]=asc&orderBy[quantity]=asc"
    rows = client.get(f"/api/orders?{ordered}").json()
    assert [row["quantity"] for row in rows] == [1, 2, 4, 7]


def test_own_rows_have_it(client: APIClient, ada: Customer, policy: Any) -> None:
    policy(write_policy(ALL, Customer=ALL.replace('"all"', '"own"')))
    user = make_user("ann", "user")
    Customer.objects.filter(pk=ada.pk).update(owner=user)
    for _ in range(2):
        (row,) = call_as(user).get("/api/customers?where[orderCount][gt]=0").json()
        assert (row["firstName"], row["orderCount"]) == ("Ada", 3)


def test_querysets_of_the_model_take_the_column(client: APIClient) -> None:
    columns = describe_entity(CustomerViewSet).annotated
    count, largest = columns["orderCount"], columns["largestOrder"]
    many = Customer.objects.filter(**{f"{count}__gt": 1})
    assert Customer.objects.aggregate(most=Max(count))["most"] == 3
    assert Customer.objects.exclude(**{f"{largest}__gt": 5}).count() == 2
    assert Customer.objects.values(count).annotate(rows=Count("pk")).count() == 3
    assert many.union(Customer.objects.filter(**{count: 0})).count() == 2
    assert many.update(phone="7") == 1
    assert many.delete()[0] == 1


@pytest.mark.parametrize(
    "query",
    [
        "where[orderCount][gt]=99999999999999999999999",
        "where[orderCount][contains]=1",
        "where[annotated_1]=1",
        "where[lastOrderAt]=yesterday",
        "orderBy[annotated_1]=asc",
        "search=Ada",
    ],
)
def test_a_wrong_query_is_refused(client: APIClient, query: str) -> None:
    assert_problem(client.get(f"/api/customers?{query}"), 400)
