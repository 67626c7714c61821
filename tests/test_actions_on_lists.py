"""Actions on a list, and outputs of own actions, on REST, GraphQL and OpenAPI."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound, Throttled

from entity_api import entity_action
from tests.graph import ask_data, ask_error
from tests.own_actions import serve
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem, find_pointers, read_stored
from tests.shop.models import Customer, Order
from tests.shop.serializers import CustomerSerializer
from tests.shop.viewsets import OrderViewSet

pytestmark = [pytest.mark.django_db]
Write = Callable[[str], Any]
OWN = "\n".join(f'{name} = ["admin", "own"]' for name in ("view", "search", "update"))


class LineSerializer(serializers.Serializer[Any]):
    unit_price = serializers.FloatField()


class QuoteSerializer(serializers.Serializer[Any]):
    """A price for some orders."""

    order_count = serializers.IntegerField()
    doubled = serializers.SerializerMethodField()
    lines = LineSerializer(many=True)

    def get_doubled(self, quote: Any) -> int:
        return int(quote["order_count"] * 2)


class FactorSerializer(serializers.Serializer[Any]):
    given_factor = serializers.IntegerField()

    def validate_given_factor(self, value: int) -> int:
        if value > 100:
            raise serializers.ValidationError("This is too much.")
        return value


class Busy(APIException):
    status_code = 409
    default_detail = "The van is full."


class ActingViewSet(OrderViewSet):
    @entity_action(policy="raise_all", input=FactorSerializer, many=True)
    def raise_all(self, rows: Any, data: Any) -> None:
        for row in rows:
            row.quantity = (row.quantity or 0) + data["given_factor"]
            row.save()
            if row.quantity == 13:
                raise Busy

    @entity_action(policy="quote", output=QuoteSerializer, many=True, idempotent=True)
    def quote(self, rows: Any, data: Any) -> Any:
        """Quote a price.

        It changes nothing.
        """
        total = rows.aggregate(total=Sum("quantity"))["total"] or 0
        return {"order_count": rows.count(), "lines": [{"unit_price": total}]}

    @entity_action(policy="buyer", output=CustomerSerializer)
    def buyer(self, row: Any, data: Any) -> Any:
        return row.customer

    @entity_action(policy="buyers", output=CustomerSerializer(many=True), many=True)
    def buyers(self, rows: Any, data: Any) -> Any:
        return Customer.objects.filter(orders__in=rows).distinct().order_by("first_name")

    @entity_action(policy="drop")
    def drop(self, row: Any, data: Any) -> None:
        row.delete()

    @entity_action(policy="drop_all", many=True)
    def drop_all(self, rows: Any, data: Any) -> None:
        rows.filter(quantity=1).delete()

    @entity_action(policy="pretend")
    def pretend(self, row: Any, data: Any) -> None:
        row.quantity = 99
        Order.objects.filter(pk=row.pk).update(discount=0.5)

    @entity_action(policy="missing")
    def missing(self, row: Any, data: Any) -> None:
        row.delete()
        raise NotFound("No such van.")

    @entity_action(policy="later")
    def later(self, row: Any, data: Any) -> None:
        row.delete()
        raise Throttled(5)


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    serve(monkeypatch, settings, orders=ActingViewSet)


@pytest.fixture
def ada() -> Any:
    return make_user("ada", "user")


@pytest.fixture
def orders(ada: Any) -> list[Order]:
    mine = Customer.objects.create(first_name="Ada", owner=ada)
    foreign = Customer.objects.create(first_name="Eve")
    return [
        Order.objects.create(quantity=1, customer=mine),
        Order.objects.create(quantity=2, customer=mine),
        Order.objects.create(quantity=3, customer=foreign),
    ]


RAISE = """mutation($where: OrderWhereInput, $f: Float!) {
  raiseAllOrders(where: $where, data: {givenFactor: $f}) { quantity customer { firstName } }
}"""


def raise_all(client: Any, where: str, factor: int) -> Any:
    return client.post(f"/api/orders/raise_all{where}", {"givenFactor": factor}, format="json")


def test_it_runs_on_the_rows_that_where_finds(policy: Write, ada: Any, orders: list[Order]) -> None:
    policy(write_policy(ALL))
    client = call_as(ada)
    answer = raise_all(client, "?where[quantity][gte]=2", 5)
    assert [row["quantity"] for row in answer.json()] == [7, 8]
    raised = ask_data(client, RAISE, where={"quantity": {"gte": 8}}, f=1)["raiseAllOrders"]
    assert raised == [{"quantity": 9, "customer": {"firstName": "Eve"}}]
    assert set(Order.objects.values_list("quantity", flat=True)) == {1, 7, 9}


def test_it_costs_the_same_for_more_rows(
    policy: Write, ada: Any, orders: list[Order], django_assert_num_queries: Any
) -> None:
    policy(write_policy(ALL))
    client = call_as(ada)
    for _ in range(2):
        with django_assert_num_queries(5):
            client.put("/api/orders/quote")
        Order.objects.bulk_create(Order(quantity=1) for _ in range(50))


@pytest.mark.parametrize(("where", "factor"), [("", 10), ("", 101), ("?where[none]=1", 1)])
def test_a_fault_or_an_error_undoes_all(
    policy: Write, ada: Any, orders: list[Order], where: str, factor: int
) -> None:
    policy(write_policy(ALL))
    client, before = call_as(ada), read_stored()
    assert_problem(raise_all(client, where, factor), 400, 409)
    if not where:
        code = ask_error(client, RAISE, f=factor)["extensions"]["code"]
        assert code == ("CONFLICT" if factor == 10 else "BAD_USER_INPUT")
    assert read_stored() == before


def test_the_faults_name_their_fields(policy: Write, ada: Any, orders: list[Order]) -> None:
    policy(write_policy(ALL))
    client = call_as(ada)
    assert find_pointers(raise_all(client, "", 101)) == ["#/givenFactor"]
    answer = client.post("/api/orders/raise_all", {"given_factor": 1}, format="json")
    assert find_pointers(answer) == ["#/givenFactor", "#/given_factor"]
    assert find_pointers(client.put("/api/orders/quote?take=1")) == ["#/take"]
    answer = client.post(f"/api/orders/{orders[0].pk}/buyer", {"more": 1}, format="json")
    assert find_pointers(answer) == ["#/more"]
    assert find_pointers(client.post("/api/orders/raise_all", [1], format="json"))


def test_more_rows_than_a_page_are_refused(
    policy: Write, ada: Any, orders: list[Order], settings: Any
) -> None:
    policy(write_policy(ALL))
    settings.API_MAX_TAKE = 2
    before = read_stored()
    assert find_pointers(raise_all(call_as(ada), "", 1)) == ["#/where"]
    assert read_stored() == before


@pytest.mark.parametrize("where", ["?where=[]", "?where="])
def test_a_where_that_holds_no_conditions_is_not_every_row(
    policy: Write, ada: Any, orders: list[Order], where: str
) -> None:
    policy(write_policy(ALL))
    before = read_stored()
    assert find_pointers(raise_all(call_as(ada), where, 1)) == ["#/where"]
    assert read_stored() == before


def test_it_reaches_the_rows_of_its_rule(policy: Write, ada: Any, orders: list[Order]) -> None:
    policy(write_policy(ALL, Order=f'{ALL}\nraise_all = ["admin", "own"]\nquote = ["admin"]'))
    client = call_as(ada)
    assert [row["quantity"] for row in raise_all(client, "", 5).json()] == [6, 7]
    assert_problem(client.put("/api/orders/quote"), 403)
    document = "mutation { quoteOrders { orderCount } }"
    assert ask_error(client, document)["extensions"]["code"] == "FORBIDDEN"
    assert len(raise_all(call_as(make_user("root", "admin")), "", 0).json()) == 3


def test_a_condition_tells_nothing_of_rows_out_of_sight(
    policy: Write, ada: Any, orders: list[Order]
) -> None:
    policy(write_policy(ALL, Order=f'{OWN}\nquote = "all"\nfields.view.discount = ["admin"]'))
    client = call_as(ada)
    count = "/api/orders/quote?where[quantity][gt]=1"
    assert client.put("/api/orders/quote").json()["orderCount"] == 3
    assert client.put(count).json()["orderCount"] == 1
    assert_problem(client.put("/api/orders/quote?where[discount]=1"), 400)


def test_an_output_is_typed_on_both_surfaces(policy: Write, ada: Any, orders: list[Order]) -> None:
    policy(write_policy(ALL, Order=f'{ALL}\nfields.view.discount = ["admin"]'))
    client, expected = call_as(ada), {"orderCount": 3, "doubled": 6, "lines": [{"unitPrice": 6.0}]}
    assert client.put("/api/orders/quote").json() == expected
    document = "mutation { quoteOrders { orderCount lines { unitPrice } } }"
    assert ask_data(client, document)["quoteOrders"]["lines"] == [{"unitPrice": 6}]


def test_rows_of_another_entity_obey_their_permissions(
    policy: Write, ada: Any, orders: list[Order]
) -> None:
    customer = f'{OWN}\nfields.view.email = ["admin"]'
    policy(write_policy(ALL, Customer=customer))
    client, address = call_as(ada), "/api/orders/{}/buyer"
    shown = client.post(address.format(orders[0].pk)).json()
    assert (shown["firstName"], "email" in shown) == ("Ada", False)
    assert client.post(address.format(orders[2].pk)).json() == {"id": str(orders[2].customer_id)}
    assert [row["firstName"] for row in client.post("/api/orders/buyers").json()] == ["Ada"]


def test_rows_of_another_entity_have_their_links(
    policy: Write, ada: Any, orders: list[Order]
) -> None:
    policy(write_policy(ALL))
    client = call_as(ada)
    document = "mutation { buyersOrders { firstName orders(take: 1) { quantity } } }"
    assert ask_data(client, document)["buyersOrders"] == [
        {"firstName": "Ada", "orders": [{"quantity": 1}]},
        {"firstName": "Eve", "orders": [{"quantity": 3}]},
    ]
    document = "mutation($id: String!) { buyerOrder(where: {id: $id}) { orders { quantity } } }"
    found = ask_data(client, document, id=str(orders[2].pk))
    assert found == {"buyerOrder": {"orders": [{"quantity": 3}]}}


def test_a_deleted_row_is_answered_as_it_was(policy: Write, ada: Any, orders: list[Order]) -> None:
    policy(write_policy(ALL, Order=f'{OWN}\ndrop = "own"'))
    client = call_as(ada)
    answer = client.post(f"/api/orders/{orders[0].pk}/drop")
    assert (answer.status_code, answer.json()["quantity"]) == (200, 1)
    document = "mutation($id: String!) { dropOrder(where: {id: $id}) { id customer { id } } }"
    found = ask_data(client, document, id=str(orders[1].pk))["dropOrder"]
    assert found == {"id": str(orders[1].pk), "customer": {"id": str(orders[1].customer_id)}}
    assert Order.objects.count() == 1


def test_deleted_rows_of_a_list_are_left_out(policy: Write, ada: Any, orders: list[Order]) -> None:
    policy(write_policy(ALL, Order=f'{OWN}\ndrop_all = "own"'))
    answer = call_as(ada).post("/api/orders/drop_all")
    assert [row["quantity"] for row in answer.json()] == [2]
    assert Order.objects.count() == 2


def test_a_body_that_is_no_object_runs_no_action(
    policy: Write, ada: Any, orders: list[Order]
) -> None:
    policy(write_policy(ALL, Order=f'{OWN}\ndrop_all = "own"'))
    assert_problem(call_as(ada).post("/api/orders/drop_all", []), 400)
    assert Order.objects.count() == len(orders)


def test_the_answer_is_the_row_that_is_stored(policy: Write, ada: Any, orders: list[Order]) -> None:
    policy(write_policy(ALL))
    shown = call_as(ada).post(f"/api/orders/{orders[0].pk}/pretend").json()
    assert (shown["quantity"], shown["discount"]) == (1, 0.5)


def test_the_errors_of_drf_are_the_same_on_both_surfaces(
    policy: Write, ada: Any, orders: list[Order]
) -> None:
    policy(write_policy(ALL))
    client, before = call_as(ada), read_stored()
    for name, status, code in (("missing", 404, "NOT_FOUND"), ("later", 429, "TOO_MANY_REQUESTS")):
        problem = assert_problem(client.post(f"/api/orders/{orders[0].pk}/{name}"), status)
        document = f'mutation {{ {name}Order(where: {{id: "{orders[0].pk}"}}) {{ id }} }}'
        error = ask_error(client, document)
        assert (error["message"], error["extensions"]["code"]) == (problem["detail"], code)
    assert read_stored() == before


def test_a_condition_of_the_request_is_asked(policy: Write, ada: Any, orders: list[Order]) -> None:
    policy(write_policy(ALL))
    client, before = call_as(ada), read_stored()
    address = f"/api/orders/{orders[0].pk}"
    assert_problem(client.post(f"{address}/drop", headers={"If-Match": '"old"'}), 412)
    assert read_stored() == before
    tag = client.get(address).headers["ETag"]
    assert client.post(f"{address}/pretend", headers={"If-Match": tag}).headers["ETag"] != tag


def test_the_openapi_document_describes_it(policy: Write) -> None:
    policy(write_policy(ALL))
    document = call_as().get("/api/schema").json()
    quote = document["paths"]["/api/orders/quote"]["put"]
    assert (quote["summary"], quote["description"]) == ("Quote a price", "It changes nothing.")
    assert [each["name"] for each in quote["parameters"]] == ["where"]
    content = quote["responses"]["200"]["content"]["application/json"]["schema"]
    assert content == {"$ref": "#/components/schemas/Quote"}
    quoted = document["components"]["schemas"]["Quote"]["properties"]
    assert sorted(quoted) == ["doubled", "lines", "orderCount"]
    raised = document["paths"]["/api/orders/raise_all"]["post"]
    content = raised["responses"]["200"]["content"]["application/json"]["schema"]
    assert content == {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}
    taken = document["components"]["schemas"]["FactorRequest"]["properties"]
    assert list(taken) == ["givenFactor"]


def test_graphql_has_the_docstrings(policy: Write, ada: Any, settings: Any) -> None:
    settings.GRAPHQL_INTROSPECTION = True
    policy(write_policy(ALL))
    document = "{ __schema { mutationType { fields { name description } } } }"
    fields = ask_data(call_as(ada), document)["__schema"]["mutationType"]["fields"]
    described = {field["name"]: field["description"] for field in fields}
    assert described["quoteOrders"] == "Quote a price.\n\nIt changes nothing."
