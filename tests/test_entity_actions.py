"""Actions that `entity_action` declares: REST, GraphQL and OpenAPI share them."""

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from entity_api import entity_action
from entity_api.checks import check_viewsets
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.graphql.operations import Operations
from tests.graph import ask_data, ask_error
from tests.own_actions import serve
from tests.policies import ALL, call_as, make_user, write_policy
from tests.processes import ROOT
from tests.rest import assert_problem, read_stored
from tests.shop.models import Customer, Order
from tests.shop.serializers import OrderSerializer
from tests.shop.viewsets import CustomerViewSet, OrderViewSet

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


class ClashingViewSet(OrderViewSet):
    @entity_action(policy="ship_it")
    def ship_it(self, row: Any, data: Any) -> None:
        raise AssertionError

    @entity_action(policy="shipIt")
    def shipIt(self, row: Any, data: Any) -> None:  # noqa: N802
        raise AssertionError


class CustomersViewSet(CustomerViewSet):
    @entity_action(policy="orders")
    def orders(self, row: Any, data: Any) -> None:
        raise AssertionError


class BulkViewSet(OrderViewSet):
    @entity_action(policy="bulk", many=True)
    def bulk(self, rows: Any, data: Any) -> None:  # type: ignore[override]
        raise AssertionError


class VagueSerializer(serializers.Serializer[Any]):
    note = serializers.DictField()


class VagueViewSet(OrderViewSet):
    @entity_action(policy="ship", input=VagueSerializer)
    def ship(self, row: Any, data: Any) -> None:
        raise AssertionError


def test_another_name_than_the_methods_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="use the same name"):
        entity_action(policy="send")(lambda self, row, data: None)


class RowsSerializer(serializers.ModelSerializer[Any]):
    class Meta:
        model = Order
        fields = ("quantity",)


class NestingSerializer(serializers.Serializer[Any]):
    orders = RowsSerializer(many=True)


@pytest.mark.parametrize("wrong", [RowsSerializer, NestingSerializer, NestingSerializer(many=True)])
def test_an_output_without_permissions_is_refused(wrong: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="RowsSerializer, which would show rows"):
        entity_action(policy="ship", output=wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"policy": "delete"}, "each entity has this action"),
        ({"policy": "ship", "output": 5}, "has to be a serializer class"),
    ],
)
def test_a_wrong_declaration_is_refused(wrong: Any, message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        entity_action(**wrong)


MUTATION = "mutation($id: String!, $q: Float!) { shipOrder(where: {id: $id}, data: {quantity: $q}) { quantity } }"


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    serve(monkeypatch, settings, orders=ShippingViewSet)


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


def test_two_mutations_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClashingViewSet, "plural", "orders")
    entity = describe_entity(ClashingViewSet)
    with pytest.raises(ImproperlyConfigured, match="make the operation 'shipItOrder'"):
        Operations({Order: entity}).mutations(entity)


def test_an_action_with_the_name_of_a_link_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWSETS, Customer, CustomersViewSet)  # type: ignore[misc]
    found = [fault for fault in check_viewsets() if fault.id == "entity_api.E010"]
    assert "CustomersViewSet.orders has the address of the field orders" in found[0].msg


def test_an_action_with_the_address_of_many_rows_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(VIEWSETS, Order, BulkViewSet)  # type: ignore[misc]
    found = [fault for fault in check_viewsets() if fault.id == "entity_api.E010"]
    assert "BulkViewSet.bulk has the address that writes many rows" in found[0].msg


def test_the_command_shows_it() -> None:
    screen = StringIO()
    call_command("entities", "Order", stdout=screen)
    lines = [line.split() for line in screen.getvalue().splitlines()]
    assert ["ship", "shipOrder", "of", "a", "row,", "takes", "ShipSerializer"] in lines


def test_the_example_of_the_documents_works(
    policy: Write, order: Order, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    policy(write_policy(ALL))
    text = (ROOT / "docs" / "viewsets.md").read_text(encoding="utf-8")
    section = text.partition("## Actions of your own")[2]
    [code] = re.findall(r"```python\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    names: dict[str, Any] = {"Order": Order, "OrderSerializer": OrderSerializer}
    exec(code, names)  # noqa: S102 (our own document)
    serve(monkeypatch, settings, orders=names["OrderViewSet"])
    client = call_as(make_user("ada", "user"))
    assert mutate(client, order, 2, ask_data) == {"shipOrder": {"quantity": 3}}
    total = client.put("/api/orders/total?where[quantity][gt]=1").json()
    assert total == {"orderCount": 1, "totalPrice": None}
