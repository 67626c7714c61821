"""A field that the database computes: shown on REST and GraphQL, typed, and never written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Length
from django.test.utils import CaptureQueriesContext
from graphql import print_schema
from rest_framework import serializers
from rest_framework.test import APIClient

from api_http.graphql import execution
from entity_api import EntitySerializer, EntityViewSet, entity_action
from tests.annotated import CustomerSerializer, OrderViewSet, serve_annotated
from tests.graph import ask_data, ask_error
from tests.own_actions import serve
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem
from tests.shop.models import Address, Customer, Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Customer:
    return serve_annotated(monkeypatch, settings)


@pytest.fixture
def client(ada: Customer, policy: Any) -> APIClient:
    policy(write_policy(ALL))
    return call_as(make_user("eve", "user"))


def test_a_row_shows_all_kinds_and_aggregates_do_not_multiply(
    client: APIClient, ada: Customer
) -> None:
    shown = client.get(f"/api/customers/{ada.pk}").json()
    assert (shown["orderCount"], shown["productCount"], shown["pieces"]) == (3, 2, 7)
    assert (shown["fullName"], shown["size"]) == ("Ada Byron", "big")
    assert (shown["largestOrder"], shown["hasOrders"]) == (4, True)
    assert (Decimal(shown["exact"]), shown["ref"]) == (Decimal(7), str(ada.pk))
    assert shown["mean"] == pytest.approx(7 / 3)
    assert shown["lastOrderAt"] == shown_at(ada)
    assert shown in client.get("/api/customers").json()


def shown_at(customer: Customer) -> str:
    moment: Any = Order.objects.filter(customer=customer).latest("created_at").created_at
    return str(moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


def test_answers_of_writes_hold_it(client: APIClient, ada: Customer) -> None:
    made = client.post("/api/customers", {"firstName": "Di", "lastName": "Lee"}, format="json")
    assert (made.status_code, made.json()["fullName"], made.json()["orderCount"]) == (
        201,
        "Di Lee",
        0,
    )
    changed = client.patch(f"/api/customers/{ada.pk}", {"firstName": "Al"}, format="json").json()
    assert (changed["fullName"], changed["orderCount"]) == ("Al Byron", 3)
    many = client.post("/api/customers/bulk", [{"firstName": "Ed"}, {"firstName": "Flo"}], "json")
    assert [row["orderCount"] for row in many.json()] == [0, 0]
    assert client.delete(f"/api/customers/{ada.pk}").json()["orderCount"] == 3


def test_a_body_cannot_hold_it(client: APIClient) -> None:
    answer = client.post("/api/customers", {"orderCount": 9}, format="json")
    assert assert_problem(answer, 400)["errors"][0]["pointer"] == "#/orderCount"
    document = "mutation { createCustomer(data: {orderCount: 9}) { id } }"
    assert ask_error(client, document)["extensions"]["code"] == "BAD_USER_INPUT"
    assert Customer.objects.count() == 3


def test_graphql_shows_it_in_the_answer_of_a_write(client: APIClient, ada: Customer) -> None:
    document = f"""mutation {{
      createCustomer(data: {{firstName: "Di"}}) {{ orderCount pieces size }}
      updateCustomer(where: {{id: "{ada.pk}"}}, data: {{lastName: "X"}}) {{ fullName pieces }}
    }}"""
    data = ask_data(client, document)
    assert data["createCustomer"] == {"orderCount": 0, "pieces": None, "size": "small"}
    assert data["updateCustomer"] == {"fullName": "Ada X", "pieces": 7}


def test_graphql_types_it(client: APIClient) -> None:
    text = print_schema(vars(execution)["load_schema"]())
    type_ = text.partition("type Customer {")[2].partition("\n}")[0]
    assert '"""All orders."""\n  orderCount: Float!' in type_
    assert "fullName: String\n" in type_
    assert "exact: Decimal\n" in type_
    where = text.partition("input CustomerWhereInput {")[2].partition("\n}")[0]
    assert "orderCount: IntFilter" in where
    assert "orderCount" not in text.partition("input CustomerCreateInput {")[2].partition("\n}")[0]


def test_openapi_types_it(client: APIClient) -> None:
    schemas = client.get("/api/schema").json()["components"]["schemas"]
    field = schemas["Customer"]["properties"]["orderCount"]
    assert (field["type"], field["readOnly"]) == ("integer", True)
    assert field["description"] == "All orders."
    assert "orderCount" in schemas["CustomerWhere"]["properties"]
    assert "orderCount" in schemas["CustomerOrderBy"]["properties"]
    assert "orderCount" not in schemas["CustomerRequest"]["properties"]


class LoudSerializer(CustomerSerializer):
    def to_representation(self, instance: Any) -> Any:
        return {**super().to_representation(instance), "loud": True}


class LoudViewSet(EntityViewSet):
    queryset = Customer.objects.all()
    serializer_class = LoudSerializer


def test_rows_that_are_read_as_instances_have_it(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    serve(monkeypatch, settings, customers=LoudViewSet, orders=OrderViewSet)
    with CaptureQueriesContext(connection) as queries:
        rows = client.get("/api/customers?orderBy[orderCount]=desc&take=2").json()
    shown = [(row["orderCount"], Decimal(row["exact"]), row["loud"]) for row in rows]
    assert shown == [(3, Decimal(7), True), (1, Decimal(7), True)]
    assert len([each for each in queries if "AVG" in each["sql"]]) == 1


def test_a_serializer_by_itself_shows_it(ada: Customer) -> None:
    assert CustomerSerializer(ada).data["orderCount"] == 3


def test_a_plain_row_is_checked_and_saved_as_before(ada: Customer) -> None:
    ada.full_clean()
    ada.save()
    assert Customer(first_name="x").first_name == "x"
    assert Address.objects.create(city="Bath").pk


class ChosenViewSet(EntityViewSet):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer

    def get_serializer_class(self) -> Any:
        return LoudSerializer if self.action == "list" else CustomerSerializer

    @entity_action(policy="rename")
    def rename(self, row: Any, data: Any) -> None:
        row.first_name = "Al"
        row.save()


def test_a_chosen_serializer_takes_no_query_for_each_row(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    serve(monkeypatch, settings, customers=ChosenViewSet, orders=OrderViewSet)
    with CaptureQueriesContext(connection) as queries:
        rows = client.get("/api/customers?orderBy[orderCount]=desc").json()
    assert [row["orderCount"] for row in rows] == [3, 1, 0]
    assert len([each for each in queries if "AVG" in each["sql"]]) == 1


def test_the_answer_of_an_own_action_holds_it(
    client: APIClient, ada: Customer, monkeypatch: pytest.MonkeyPatch, settings: Any, policy: Any
) -> None:
    serve(monkeypatch, settings, customers=ChosenViewSet, orders=OrderViewSet)
    policy(write_policy(ALL, Customer=f'{ALL}\nrename = "all"'))
    shown = client.post(f"/api/customers/{ada.pk}/rename").json()
    assert (shown["fullName"], shown["orderCount"]) == ("Al Byron", 3)


def test_an_etag_changes_with_it(client: APIClient, ada: Customer) -> None:
    url = f"/api/customers/{ada.pk}"
    tag = client.get(url).headers["ETag"]
    same = client.patch(url, {"firstName": "1"}, format="json", headers={"If-Match": tag})
    tag = same.headers["ETag"]
    assert (same.status_code, client.get(url).headers["ETag"]) == (200, tag)
    Order.objects.filter(customer=ada).first().delete()  # type: ignore[union-attr]
    late = client.patch(url, {"firstName": "2"}, format="json", headers={"If-Match": tag})
    assert late.status_code == 412


class OwnSerializer(EntitySerializer):
    letters = serializers.IntegerField(read_only=True)

    class Meta:
        model = Customer
        fields = ("first_name", "letters")


class OwnViewSet(EntityViewSet):
    queryset = Customer.objects.all()
    serializer_class = OwnSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().annotate(letters=Length("first_name"))


def test_an_annotation_of_the_author_is_only_shown(
    client: APIClient, ada: Customer, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    serve(monkeypatch, settings, customers=OwnViewSet, orders=OrderViewSet)
    assert client.get(f"/api/customers/{ada.pk}").json()["letters"] == 3
    assert client.get("/api/customers?where[letters]=3").status_code == 400
    made = client.post("/api/customers", {"firstName": "Di"}, format="json")
    assert (made.status_code, "letters" in made.json()) == (201, False)
