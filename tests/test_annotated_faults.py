"""A row for which an annotated field cannot be computed is a refusal, and the log has the field."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import CharField, DateField, DecimalField, ExpressionWrapper, F, Value
from django.db.models.functions import Abs, Cast, Concat
from django.test import Client
from rest_framework.test import APIClient

from api_http.problems import translate_exception
from entity_api import EntitySerializer, EntityViewSet, annotated_field, entity_action
from tests.graph import ask_error
from tests.own_actions import serve
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem
from tests.shop.models import Customer, Order

pytestmark = pytest.mark.django_db
LEAST = -(2**63)
FAR = Abs(F("quantity") + Value(LEAST))
LONG = Cast("quantity", DecimalField(max_digits=4, decimal_places=2))
# SQLite has no type for dates, so Django reads the text, and stumbles.
DATE = ExpressionWrapper(
    Concat(Value("2026-12-"), Cast("quantity", CharField())), output_field=DateField()
)
UNREADABLE = (LONG, 100) if connection.vendor == "postgresql" else (DATE, 99)
# An expression, and a quantity for which it cannot be computed.
FAULTS: dict[str, tuple[Any, int]] = {"out of range": (FAR, 0), "unreadable": UNREADABLE}


@pytest.fixture(params=FAULTS)
def bad(request: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, policy: Any) -> Order:
    """Return a row whose `rate` cannot be computed, one of two orders of a customer."""
    expression, quantity = FAULTS[request.param]

    class OrderSerializer(EntitySerializer):
        rate = annotated_field(expression)

        class Meta:
            model = Order
            fields = ("quantity", "discount", "customer", "rate")

    class OrderViewSet(EntityViewSet):
        queryset = Order.objects.all()
        serializer_class = OrderSerializer

        @entity_action(policy="spoil")
        def spoil(self, row: Any, data: Any) -> None:
            row.quantity = quantity
            row.save()

    serve(monkeypatch, settings, orders=OrderViewSet)
    policy(write_policy(ALL, Order=f'{ALL}\nspoil = "all"'))
    customer = Customer.objects.create(first_name="Ada")
    Order.objects.create(quantity=12, customer=customer)
    return Order.objects.create(quantity=quantity, customer=customer)


@pytest.fixture
def client() -> APIClient:
    return call_as(make_user("eve", "user"))


def assert_refused(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert_problem(answer, 409)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "Order.rate" in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        "orders",
        "orders?take=1&orderBy[rate]=asc",
        "orders/{bad.pk}",
        "customers/{bad.customer_id}/orders",
    ],
)
def test_no_read_breaks(
    client: APIClient, bad: Order, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    assert_refused(client.get(f"/api/{path.format(bad=bad)}"), caplog)


@pytest.mark.parametrize("bad", ["out of range"], indirect=True)
@pytest.mark.parametrize(
    "path",
    [
        "orders?where[rate][gt]=0",
        "orders?where[NOT][rate][in]=1",
        "customers?where[orders][some][rate][lt]=0",
    ],
)
def test_no_condition_breaks(
    client: APIClient, bad: Order, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    assert_refused(client.get(f"/api/{path}"), caplog)


@pytest.mark.parametrize("bad", ["out of range"], indirect=True)
def test_no_count_breaks(client: APIClient, bad: Order, caplog: pytest.LogCaptureFixture) -> None:
    document = "{ _ordersMeta(where: {rate: {gt: 0}}) { count } }"
    assert ask_error(client, document)["extensions"]["code"] == "CONFLICT"
    assert "Order.rate" in caplog.text


def test_a_page_before_the_row_is_answered(client: APIClient, bad: Order) -> None:
    first = client.get("/api/orders?orderBy[id]=asc&take=1&where[quantity]=12")
    assert first.status_code == 200
    assert client.get("/api/orders?orderBy[id]=asc&where[quantity]=12").status_code == 200


@pytest.mark.parametrize(
    "document",
    [
        "{ orders { rate } }",
        "{ customers { orders { rate } } }",
        "{ customers { orders(orderBy: {rate: Asc}) { rate } } }",
    ],
)
def test_graphql_answers_a_conflict(
    client: APIClient, bad: Order, caplog: pytest.LogCaptureFixture, document: str
) -> None:
    assert ask_error(client, document)["extensions"]["code"] == "CONFLICT"
    assert "Order.rate" in caplog.text


def test_writes_that_spoil_a_row_are_undone(
    client: APIClient, bad: Order, caplog: pytest.LogCaptureFixture
) -> None:
    good, stored = Order.objects.get(quantity=12), list(Order.objects.order_by("pk").values())
    body = {"quantity": bad.quantity}
    answers = [
        client.post("/api/orders", body),
        client.patch(f"/api/orders/{good.pk}", body),
        client.post("/api/orders/bulk", [body]),
        client.patch("/api/orders/bulk", [{"id": str(good.pk), **body}]),
        client.post(f"/api/orders/{good.pk}/spoil"),
    ]
    assert [answer.status_code for answer in answers] == [409] * 5
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 5
    document = f'mutation {{ updateOrder(where: {{id: "{good.pk}"}}, data: {{quantity: '
    document += f"{bad.quantity}}}) {{ rate }} }}"
    assert ask_error(client, document)["extensions"]["code"] == "CONFLICT"
    assert list(Order.objects.order_by("pk").values()) == stored


def test_a_change_mends_the_row(client: APIClient, bad: Order) -> None:
    assert client.patch(f"/api/orders/{bad.pk}", {"quantity": 13}).status_code == 200
    assert len(client.get("/api/orders").json()) == 2


def test_an_export_of_the_admin_is_refused(
    admin: Any, bad: Order, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(admin)
    answer = client.post("/admin/shop/order/export/", {"format": "0", "resource": "0"})
    assert (answer.status_code, answer["Content-Type"]) == (409, "text/plain")
    assert "Order.rate" in caplog.text


@pytest.mark.parametrize(("debug", "times"), [(False, 0), (True, 1)])
def test_only_a_developer_sees_the_field_in_the_answer(
    client: APIClient, bad: Order, settings: Any, *, debug: bool, times: int
) -> None:
    settings.DEBUG = debug
    answer = client.get("/api/orders")
    assert (answer.status_code, answer.text.count("Order.rate")) == (409, times)


def test_a_plain_queryset_breaks_with_an_error_that_is_an_input_fault(
    client: APIClient, bad: Order
) -> None:
    rows = Order.objects.annotate(odd=Abs(F("quantity") - F("quantity") + Value(LEAST)))
    with pytest.raises(Exception) as raised:  # noqa: PT011 (each database has its own)
        list(rows)
    found = translate_exception(raised.value)
    assert found is not None
    assert found.status_code == 400
