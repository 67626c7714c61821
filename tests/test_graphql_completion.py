"""Answers made at once from rows, held byte for byte against those that graphql-core completes
field by field.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import GraphQLFloat, GraphQLList, GraphQLNonNull, GraphQLString
from rest_framework.test import APIClient

from api_http.graphql.execution import AnsweringExecutor, CompletedValue
from api_http.graphql.schema import load_schema
from entity_api import access
from entity_api.description.kinds import KINDS
from entity_api.graphql import operations
from entity_api.graphql import reading as queries
from entity_api.graphql.completion import UnlikeError, complete_rows, complete_values
from entity_api.graphql.selection import Selected, SelectionSet
from entity_api.reading import reading
from tests.graph import ask_data
from tests.shop.models import Address, Customer, Order, Product

pytestmark = pytest.mark.usefixtures("quick_hashes")
MOMENTS = (
    datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 1, 31, 12, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
)
ALL = """{
  addresses(take: 5) { id createdAt updatedAt address_1 address_2 city state zip customers { id } }
  customers(take: 5) { id createdAt updatedAt email firstName lastName phone address { id } orders { id } }
  orders(take: 5) { id createdAt updatedAt quantity discount totalPrice customer { email } product { name } }
  products(take: 5) { id createdAt updatedAt name description itemPrice orders { quantity } }
  users(take: 5) { id createdAt updatedAt username email firstName lastName roles isActive }
}"""
DOCUMENTS = {
    "every field": ALL,
    "another order": "{ addresses { zip id city createdAt } }",
    "aliases": "{ a: addresses { city: zip zip: city i: id id } b: orders { who: customer { e: email } q: quantity } }",
    "type names": "{ __typename orders { __typename id customer { kind: __typename address { __typename } } } }",
    "type names alone": "{ orders { __typename } }",
    "fragments": """{ customers(take: 5) { ...A ... on Customer { phone orders { id } } ... { email ...A } } }
        fragment A on Customer { firstName orders { quantity ...B } } fragment B on Order { product { name } id }""",
    "directives": "{ customers { id @skip(if: true) email @include(if: true) phone @include(if: false) lastName } }",
    "variables": """query ($yes: Boolean = true, $take: Float = 1) { customers {
        id @skip(if: $yes) email @include(if: $yes) orders(take: $take, orderBy: {quantity: Desc}) { quantity } } }""",
    "duplicates": "{ customers { id id orders { id } email orders { quantity id } id } customers { phone } }",
    "arguments by alias": "{ customers { a: orders(take: 1) { quantity } b: orders(skip: 1) { quantity } } }",
    "links and back": "{ orders(take: 5) { customer { orders { customer { id } product { orders { quantity } } } } } }",
    "nothing": "{ orders(take: 0) { id customer { id } } none: orders(where: {quantity: {gt: 5}}) { id } }",
    "one row": '{ customer(where: {id: "ID"}) { firstName address { city zip } orders { quantity } __typename } }',
    "no row": '{ customer(where: {id: "no"}) { firstName } }',
    "an error beside it": "{ addresses { zip } customers(take: -1) { id } }",
}


@pytest.fixture
def customer(db: None) -> Customer:
    texts = ("", '\U0001f600 \\ " é\n\u2028\x7f', "x" * 1000)
    addresses = [
        Address(address_1=text, city=text, zip=zip_)
        for text, zip_ in zip(texts, (0, -(2**31), 2**31 - 1), strict=True)
    ]
    customer = Customer(email="a@b.co", first_name=texts[1], address=addresses[1])
    products = [
        Product(name=text, item_price=price)
        for text, price in zip(texts, (5e-324, -0.0, 1e308), strict=True)
    ]
    numbers = ((1, 0.1, None), (None, 1 / 3, 2**31 - 1), (-3, None, 0))
    orders = [
        Order(
            customer=customer,
            product=product,
            quantity=quantity,
            discount=discount,
            total_price=price,
        )
        for product, (quantity, discount, price) in zip(products, numbers, strict=True)
    ]
    for rows in (addresses, [customer, Customer()], products, [*orders, Order()]):
        bulk: Any = type(rows[0]).objects
        bulk.bulk_create(rows)
    for address, moment in zip(addresses, MOMENTS, strict=True):
        Address.objects.filter(pk=address.pk).update(created_at=moment, updated_at=moment)
    return customer


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_answers_what_graphql_core_would(
    as_admin: APIClient, customer: Customer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    query = {"query": DOCUMENTS[name].replace("ID", str(customer.pk))}
    answers = [as_admin.post("/graphql", query).content for _ in range(2)]
    monkeypatch.setattr(queries, "complete_rows", lambda rows, _: rows)
    monkeypatch.setattr(queries, "complete_row", lambda row, _: row)
    assert answers == [as_admin.post("/graphql", query).content] * 2
    assert (b'"errors"' in answers[0]) == (name == "an error beside it")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_columns_read_what_instances_would(
    as_admin: APIClient, customer: Customer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    query = {"query": DOCUMENTS[name].replace("ID", str(customer.pk))}
    answers = [as_admin.post("/graphql", query).content for _ in range(2)]
    monkeypatch.setattr(access, "asks_alike", lambda _: False)
    monkeypatch.setattr(reading, "find_own_hook", lambda _: "a hook")
    assert answers == [as_admin.post("/graphql", query).content] * 2


def test_a_mutation_answers_what_graphql_core_would(
    as_admin: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = {
        "query": 'mutation { createAddress(data: {city: "é", zip: 7}) { __typename town: city zip customers { id } } }'
    }
    answer = as_admin.post("/graphql", query).content
    monkeypatch.setattr(operations, "complete_row", lambda row, _: row)
    assert answer == as_admin.post("/graphql", query).content


def select(name: str, *names: str) -> SelectionSet:
    type_: Any = load_schema().get_type(name)
    return SelectionSet(
        type_,
        tuple(Selected(name, name, {}, SelectionSet(GraphQLString, (), ())) for name in names),
        names,
    )


def test_graphql_core_resolves_the_fields_at_the_top_alone(
    as_admin: APIClient, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths: list[Any] = []
    execute_field = AnsweringExecutor.execute_field

    def spy(self: Any, parent_type: Any, source: Any, details: Any, path: Any, context: Any) -> Any:
        paths.append(path.as_list())
        return execute_field(self, parent_type, source, details, path, context)

    monkeypatch.setattr(AnsweringExecutor, "execute_field", spy)
    assert as_admin.post("/graphql", {"query": ALL}).json()["data"]["users"][0]["roles"] == [
        "admin"
    ]
    assert paths == [["addresses"], ["customers"], ["orders"], ["products"], ["users"]]


def test_rows_that_are_as_their_type_promises_are_completed_here() -> None:
    rows: list[dict[str, Any]] = [{"city": "London", "zip": 7}, {"city": None, "zip": None}]
    completed = complete_rows(rows, select("Address", "zip", "city"))
    assert isinstance(completed, CompletedValue)
    assert completed.value == [{"zip": 7.0, "city": "London"}, {"zip": None, "city": None}]
    assert type(completed.value[0]["zip"]) is float


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (None, GraphQLNonNull(GraphQLString)),
        ([None], GraphQLList(GraphQLNonNull(GraphQLString))),
        (("a",), GraphQLList(GraphQLString)),
        (1, GraphQLString),
        ("1", GraphQLFloat),
        (True, GraphQLFloat),
        (float("nan"), GraphQLFloat),
        (float("-inf"), GraphQLFloat),
        (2**53 + 1, GraphQLFloat),
        pytest.param(10**400, GraphQLFloat, id="huge"),
        ("true", KINDS["boolean"].graphql),
        (7, KINDS["datetime"].graphql),
        ("1", load_schema().get_type("SortOrder")),
    ],
)
def test_what_is_not_as_its_type_promises_is_left_to_graphql_core(value: Any, type_: Any) -> None:
    with pytest.raises(UnlikeError):
        complete_values([value], type_, SelectionSet(type_, (), ()))


def test_fields_with_a_resolver_of_their_own_are_left_to_graphql_core() -> None:
    rows: list[dict[str, Any]] = [{"username": "ada"}]
    assert complete_rows(rows, select("UserInfo", "username")) is rows


def test_a_number_that_json_cannot_hold_is_an_error_as_ever(
    as_admin: APIClient, customer: Customer
) -> None:
    as_admin.raise_request_exception = False
    Order.objects.filter(quantity=1).update(discount=float("inf"))
    answer = as_admin.post(
        "/graphql",
        {"query": "{ orders(orderBy: {id: Asc}) { id createdAt discount customer { id } } }"},
    ).json()
    assert answer["errors"][0]["path"] == ["orders", 0, "discount"]
    assert [order["discount"] for order in answer["data"]["orders"]] == [None, 1 / 3, None, None]


@pytest.mark.parametrize(
    "selected",
    [
        "customers { id } customers @include(if: $x) { email }",
        "customers { id ...A } } fragment A on Customer { email @include(if: $x)",
        "customers { id ... on Customer @include(if: $x) { email } }",
        "...A } fragment A on Query { customers { id email @include(if: $x) }",
    ],
)
def test_what_is_known_of_a_document_is_not_what_a_variable_decides(
    as_admin: APIClient, customer: Customer, selected: str
) -> None:
    query = f"query ($x: Boolean!) {{ {selected} }}"
    rows = [ask_data(as_admin, query, x=x)["customers"][0] for x in (True, False, True)]
    assert [row.keys() for row in rows] == [{"id", "email"}, {"id"}, {"id", "email"}]
