"""Option sets and links in the inputs of own actions: REST, GraphQL and OpenAPI share them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models import TextChoices
from rest_framework import serializers

from entity_api import entity_action
from entity_api.description.registry import describe_entity
from entity_api.graphql.operations import Operations
from tests.graph import ask, ask_data, ask_error
from tests.own_actions import serve
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem, read_stored
from tests.shop.models import Customer, Order
from tests.shop.viewsets import CustomerViewSet, OrderViewSet

pytestmark = [pytest.mark.django_db]
Write = Callable[[str], Any]


class Speed(TextChoices):
    SLOW = "slow"
    NEXT_DAY = "next-day"


class LineSerializer(serializers.Serializer[Any]):
    level = serializers.ChoiceField(choices=[1, 2])


class MoveSerializer(serializers.Serializer[Any]):
    speed = serializers.ChoiceField(choices=Speed.choices)
    extras = serializers.MultipleChoiceField(choices=["gift wrap", "note"], required=False)
    speeds = serializers.ListField(child=serializers.ChoiceField(choices=["a", "b"]), default=[])
    lines = LineSerializer(many=True, required=False)


class HandOverSerializer(serializers.Serializer[Any]):
    new_customer = serializers.PrimaryKeyRelatedField(
        queryset=Customer.objects.exclude(phone="closed"), allow_null=True
    )
    other_customers = serializers.PrimaryKeyRelatedField(
        queryset=Customer.objects.all(), many=True, required=False, allow_empty=False
    )


class MovingViewSet(OrderViewSet):
    @entity_action(policy="move", input=MoveSerializer)
    def move(self, row: Any, data: Any) -> None:
        row.quantity = len(data.get("extras", ())) + sum(each["level"] for each in data["lines"])
        assert data["speed"] == Speed.NEXT_DAY
        assert data["speeds"] == ["b"]
        row.save()

    @entity_action(policy="hand_over", input=HandOverSerializer)
    def hand_over(self, row: Any, data: Any) -> None:
        row.customer = data["new_customer"]
        row.quantity = len(data.get("other_customers", ()))
        row.save()


class StrictCustomers(CustomerViewSet):
    """Hides single rows by a hook of their own."""

    def get_object(self) -> Any:
        found = super().get_object()
        if found.phone == "hidden":
            self.permission_denied(self.request)
        return found


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    serve(monkeypatch, settings, orders=MovingViewSet)


@pytest.fixture
def ada() -> Any:
    return make_user("ada", "user")


@pytest.fixture
def order() -> Order:
    return Order.objects.create(quantity=1)


def describe(name: str, schema: dict[str, Any]) -> Any:
    return schema["components"]["schemas"][name]["properties"]


def follow(schema: dict[str, Any], part: Any) -> Any:
    """Return the part of the document, or what its reference leads to."""
    reference = part.get("$ref") or next(iter(part.get("allOf", [{}]))).get("$ref")
    return schema["components"]["schemas"][reference.rpartition("/")[2]] if reference else part


# Option sets


MOVE = """mutation($id: String!, $data: MoveOrderInput!) {
    moveOrder(where: {id: $id}, data: $data) { quantity }
}"""


def test_an_option_set_is_an_enum_of_graphql(policy: Write, ada: Any, order: Order) -> None:
    policy(write_policy(ALL))
    document = f"""mutation {{ moveOrder(where: {{id: "{order.pk}"}}, data: {{
        speed: next_day, extras: [gift_wrap, note], speeds: [b], lines: [{{level: _2}}]
    }}) {{ quantity }} }}"""
    client = call_as(ada)
    assert ask_data(client, document) == {"moveOrder": {"quantity": 4}}
    data = {"speed": "next_day", "speeds": ["b"], "lines": [{"level": "_1"}]}
    assert ask_data(client, MOVE, id=str(order.pk), data=data) == {"moveOrder": {"quantity": 1}}


def test_its_type_is_named_by_the_mutation_and_the_field(ada: Any, settings: Any) -> None:
    settings.GRAPHQL_INTROSPECTION = True
    asked = '{ a: __type(name: "%s") { enumValues { name } } }'
    names = {
        "EnumMoveOrderSpeed": ["slow", "next_day"],
        "EnumMoveOrderExtras": ["gift_wrap", "note"],
        "EnumMoveOrderSpeeds": ["a", "b"],
        "EnumLineLevel": ["_1", "_2"],
    }
    for name, values in names.items():
        found = ask_data(call_as(ada), asked % name)["a"]
        assert [each["name"] for each in found["enumValues"]] == values


@pytest.mark.parametrize("speed", ["fast", "next-day", "", 1, None, ["slow"]])
def test_another_value_is_refused(policy: Write, ada: Any, order: Order, speed: Any) -> None:
    policy(write_policy(ALL))
    before, client = read_stored(), call_as(ada)
    data = {"speed": speed, "speeds": ["b"], "lines": []}
    answer = ask(client, MOVE, id=str(order.pk), data=data)
    assert answer["errors"]
    if speed != "next-day":
        given = client.post(f"/api/orders/{order.pk}/move", data, format="json")
        assert_problem(given, 400)
    assert read_stored() == before


def test_rest_takes_its_values_as_they_are(policy: Write, ada: Any, order: Order) -> None:
    policy(write_policy(ALL))
    data = {"speed": "next-day", "extras": ["note"], "speeds": ["b"], "lines": [{"level": 2}]}
    answer = call_as(ada).post(f"/api/orders/{order.pk}/move", data, format="json")
    assert (answer.status_code, answer.json()["quantity"]) == (200, 3)


def test_the_document_has_its_values(policy: Write) -> None:
    policy(write_policy(ALL))
    schema = call_as().get("/api/schema").json()
    found = describe("MoveRequest", schema)
    assert follow(schema, found["speed"])["enum"] == ["slow", "next-day"]
    assert follow(schema, found["extras"]["items"])["enum"] == ["gift wrap", "note"]
    assert follow(schema, found["speeds"]["items"])["enum"] == ["a", "b"]
    assert follow(schema, describe("LineRequest", schema)["level"])["enum"] == [1, 2]


# Links


HAND_OVER = """mutation($id: String!, $data: HandOverOrderInput!) {
    handOverOrder(where: {id: $id}, data: $data) { customer { id } quantity }
}"""


def link(row: Any) -> dict[str, str]:
    return {"id": str(row.pk)}


def test_a_link_is_an_id_on_both_surfaces(policy: Write, ada: Any, order: Order) -> None:
    policy(write_policy(ALL))
    first, second = Customer.objects.create(), Customer.objects.create()
    data = {"newCustomer": link(first), "otherCustomers": [link(first), link(second)]}
    client, address = call_as(ada), f"/api/orders/{order.pk}/hand_over"
    answer = client.post(address, data, format="json").json()
    assert (answer["customer"], answer["quantity"]) == (link(first), 2)
    shown = ask_data(client, HAND_OVER, id=str(order.pk), data={"newCustomer": link(second)})
    assert shown == {"handOverOrder": {"customer": link(second), "quantity": 0}}
    assert client.post(address, {"newCustomer": None}, format="json").json()["customer"] is None


def refuse(client: Any, order: Order, data: Any) -> Any:
    """Return the faults of an answer, which both surfaces give; nothing is written."""
    before = read_stored()
    problem = assert_problem(
        client.post(f"/api/orders/{order.pk}/hand_over", data, format="json"), 400
    )
    error = ask_error(client, HAND_OVER, id=str(order.pk), data=data)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"] == problem["detail"]
    assert read_stored() == before
    return problem


OWN = 'view = ["admin", "own"]\nsearch = ["admin", "own"]'


@pytest.mark.parametrize("section", [OWN, 'search = "all"', ""])
def test_a_row_out_of_view_is_as_one_that_does_not_exist(
    policy: Write, ada: Any, order: Order, section: str
) -> None:
    policy(write_policy(ALL, Customer=section))
    foreign = Customer.objects.create(owner=make_user("eve", "user"))
    gone = Customer.objects.create()
    gone.delete()
    client = call_as(ada)
    absent = {"id": "01890000-0000-7000-8000-000000000000"}
    for name, wrap in (("newCustomer", lambda each: each), ("otherCustomers", lambda each: [each])):
        base = {} if name == "newCustomer" else {"newCustomer": None}
        found = [
            refuse(client, order, {**base, name: wrap(each)}) for each in (link(foreign), absent)
        ]
        assert found[0] == found[1]
        assert "There is nothing with this id" in str(found[0])


def test_the_queryset_of_the_field_holds(policy: Write, ada: Any, order: Order) -> None:
    policy(write_policy(ALL))
    closed = Customer.objects.create(phone="closed")
    problem = refuse(call_as(ada), order, {"newCustomer": link(closed)})
    assert "There is nothing with this id" in str(problem)


def test_a_hook_for_single_rows_holds(
    policy: Write, ada: Any, order: Order, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    policy(write_policy(ALL))
    serve(monkeypatch, settings, orders=MovingViewSet, customers=StrictCustomers)
    hidden = Customer.objects.create(phone="hidden")
    client = call_as(ada)
    for data in (
        {"newCustomer": link(hidden)},
        {"newCustomer": None, "otherCustomers": [link(hidden)]},
    ):
        assert "There is nothing with this id" in str(refuse(client, order, data))


@pytest.mark.parametrize(
    "wrong", ["", "x", 5, [], {}, {"id": 5}, {"id": None}, {"id": "x", "y": 1}]
)
def test_another_form_is_refused(policy: Write, ada: Any, order: Order, wrong: Any) -> None:
    policy(write_policy(ALL))
    client, address = call_as(ada), f"/api/orders/{order.pk}/hand_over"
    assert_problem(client.post(address, {"newCustomer": wrong}, format="json"), 400)
    many = {"newCustomer": None, "otherCustomers": [wrong]}
    assert_problem(client.post(address, many, format="json"), 400)
    many = {"newCustomer": None, "otherCustomers": wrong}
    assert_problem(client.post(address, many, format="json"), 400)


def test_links_to_many_cost_one_query(
    policy: Write, ada: Any, order: Order, django_assert_max_num_queries: Any
) -> None:
    policy(write_policy(ALL))
    rows = [link(Customer.objects.create()) for _ in range(40)]
    client, data = call_as(ada), {"newCustomer": None, "otherCustomers": rows}
    with django_assert_max_num_queries(15):
        answer = client.post(f"/api/orders/{order.pk}/hand_over", data, format="json")
    assert answer.json()["quantity"] == 40


def test_the_document_has_links(policy: Write) -> None:
    policy(write_policy(ALL))
    found = describe("HandOverRequest", call_as().get("/api/schema").json())
    assert found["newCustomer"]["type"] == ["object", "null"]
    assert found["newCustomer"]["required"] == ["id"]
    assert found["otherCustomers"]["items"]["required"] == ["id"]


class OwnCustomers(serializers.PrimaryKeyRelatedField[Any]):
    def get_queryset(self) -> Any:
        return Customer.objects.filter(owner=self.context["request"].user)


class OwnSerializer(serializers.Serializer[Any]):
    customer = OwnCustomers()


class OwnViewSet(OrderViewSet):
    @entity_action(policy="own", input=OwnSerializer)
    def own(self, row: Any, data: Any) -> None:
        raise AssertionError


def test_rows_of_no_known_model_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OwnViewSet, "plural", "orders")
    entity = describe_entity(OwnViewSet)
    with pytest.raises(ImproperlyConfigured, match="whose rows OwnCustomers takes"):
        Operations({Order: entity}).mutations(entity)


def test_an_input_leaves_out_rows_that_are_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MovingViewSet, "plural", "orders")
    entity = describe_entity(MovingViewSet)
    fields = Operations({Order: entity}).mutations(entity)
    assert fields["handOverOrder"].args.keys() == {"where"}
    assert fields["moveOrder"].args.keys() == {"where", "data"}
