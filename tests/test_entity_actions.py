"""Actions that `entity_action` declares: REST, GraphQL and OpenAPI share them."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import include, path
from graphql import GraphQLObjectType, GraphQLSchema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from api_http.graphql import execution
from entity_api import EntityRouter, entity_action
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.graphql.operations import Operations
from tests.graph import ask_data, ask_error
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem, read_stored
from tests.shop.models import Order
from tests.shop.viewsets import OrderViewSet
from tests.urls import urlpatterns as service

pytestmark = [pytest.mark.django_db]
Write = Callable[[str], Any]


class ShipSerializer(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(min_value=1)


class ShippingViewSet(OrderViewSet):
    @entity_action(policy="ship", input=ShipSerializer)
    def ship(self, row: Any, data: Any) -> None:
        row.quantity = data["quantity"]
        row.save()
        if row.quantity == 13:
            raise ValidationError("No such parcel.")

    @entity_action(policy="recall")
    def recall(self, row: Any, data: Any) -> None:
        row.quantity = len(data)
        row.save()


class VagueSerializer(serializers.Serializer[Any]):
    note = serializers.JSONField()


class VagueViewSet(OrderViewSet):
    @entity_action(policy="ship", input=VagueSerializer)
    def ship(self, row: Any, data: Any) -> None:
        raise AssertionError


def test_another_name_than_the_methods_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="use the same name"):
        entity_action(policy="send")(lambda self, row, data: None)


@pytest.mark.parametrize("wrong", [{"many": True}, {"output": ShipSerializer}])
def test_what_is_not_supported_is_refused(wrong: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="not supported"):
        entity_action(policy="ship", **wrong)


MUTATION = "mutation($id: String!, $q: Float!) { shipOrder(where: {id: $id}, data: {quantity: $q}) { quantity } }"


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setitem(VIEWSETS, Order, ShippingViewSet)  # type: ignore[misc]
    router = EntityRouter()
    router.register("orders", ShippingViewSet)
    urls: Any = ModuleType("shipping_urls")
    urls.urlpatterns = [path("api/", include(router.urls)), *service]
    settings.ROOT_URLCONF = urls
    entity = describe_entity(ShippingViewSet)
    made = Operations({Order: entity})
    schema = GraphQLSchema(
        GraphQLObjectType("Query", made.queries(entity)),
        GraphQLObjectType("Mutation", made.mutations(entity)),
    )
    monkeypatch.setattr(execution, "load_schema", lambda: schema)


@pytest.fixture
def order() -> Order:
    return Order.objects.create(quantity=1)


def mutate(client: Any, order: Order, quantity: int, ask: Any) -> Any:
    return ask(client, MUTATION, id=str(order.pk), q=quantity)


def test_both_surfaces_run_it_and_answer_the_row(policy: Write, order: Order) -> None:
    policy(write_policy(ALL))
    client = call_as(make_user("ada", "user"))
    answer = client.post(f"/api/orders/{order.pk}/ship", {"quantity": 5}, format="json")
    assert (answer.status_code, answer.json()["quantity"]) == (200, 5)
    assert mutate(client, order, 7, ask_data) == {"shipOrder": {"quantity": 7}}
    order.refresh_from_db()
    assert order.quantity == 7


@pytest.mark.parametrize("quantity", [0, 13])
def test_a_fault_or_an_error_changes_nothing(policy: Write, order: Order, quantity: int) -> None:
    policy(write_policy(ALL))
    client, before = call_as(make_user("ada", "user")), read_stored()
    answer = client.post(f"/api/orders/{order.pk}/ship", {"quantity": quantity}, format="json")
    assert_problem(answer, 400)
    assert mutate(client, order, quantity, ask_error)["extensions"]["code"] == "BAD_USER_INPUT"
    assert read_stored() == before


@pytest.mark.parametrize(("rule", "status"), [('["admin"]', 403), ('"own"', 404)])
def test_a_denial_has_the_same_words(policy: Write, order: Order, rule: str, status: int) -> None:
    policy(write_policy(Order=f"{ALL}\nship = {rule}"))
    client, before = call_as(make_user("ada", "user")), read_stored()
    answer = client.post(f"/api/orders/{order.pk}/ship", {"quantity": 5}, format="json")
    problem = assert_problem(answer, status)
    assert mutate(client, order, 5, ask_error)["message"] == problem["detail"]
    assert read_stored() == before


def test_the_openapi_document_has_its_input(policy: Write) -> None:
    policy(write_policy(ALL))
    paths = call_as().get("/api/schema").json()["paths"]
    body = paths["/api/orders/{id}/ship"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/ShipRequest"}


def test_an_action_without_input_takes_no_data(policy: Write, order: Order) -> None:
    policy(write_policy(ALL))
    client = call_as(make_user("ada", "user"))
    document = f'mutation {{ recallOrder(where: {{id: "{order.pk}"}}) {{ quantity }} }}'
    assert ask_data(client, document) == {"recallOrder": {"quantity": 0}}
    assert client.post(f"/api/orders/{order.pk}/recall").json()["quantity"] == 0


def test_an_input_field_of_no_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VagueViewSet, "plural", "orders")
    entity = describe_entity(VagueViewSet)
    with pytest.raises(ImproperlyConfigured, match=r"type of VagueSerializer\.note"):
        Operations({Order: entity}).mutations(entity)
