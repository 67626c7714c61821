"""A view that sets `throttle` limits its callers, on REST and on GraphQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from api_http.limits.checks import check_throttles
from entity_api import entity_action
from tests.graph import ask
from tests.own_actions import serve
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem
from tests.shop.models import Order
from tests.shop.viewsets import CustomerViewSet, OrderViewSet

pytestmark = pytest.mark.django_db


class LimitedCustomers(CustomerViewSet):
    throttle = "2/min"


class ShippedOrders(OrderViewSet):
    @entity_action(policy="ship", throttle="1/hour")
    def ship(self, row: Order, data: object) -> None:
        pass

    @action(detail=False, throttle="1/day")
    def summary(self, request: Request) -> Response:
        return Response({})


def test_a_viewset_limits_each_caller_on_rest(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, settings, customers=LimitedCustomers)
    ada, bob = call_as(make_user("ada", "admin")), call_as(make_user("bob", "admin"))
    assert [ada.get("/api/customers").status_code for _ in range(3)] == [200, 200, 429]
    # An order shows its customer, which is no use of the customers' own routes.
    assert ada.get("/api/orders").status_code == 200
    refused = ada.post("/api/customers", {})
    assert_problem(refused, 429)
    assert refused["RateLimit-Policy"] == '"LimitedCustomers";q=2;w=60'
    assert bob.get("/api/customers").status_code == 200


def test_graphql_obeys_it(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, settings, customers=LimitedCustomers)
    ada = call_as(make_user("ada", "admin"))
    assert ada.get("/api/customers").status_code == 200
    answer = ask(ada, "{ a: customers { id } b: customers { id } }")
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"
    assert error["extensions"]["retryAfter"] > 0


def test_an_own_action_has_its_own(
    settings: Any, monkeypatch: pytest.MonkeyPatch, policy: Callable[[str], Any]
) -> None:
    policy(write_policy(Order=f"{ALL}\nship = 'all'\nsummary = 'all'"))
    serve(monkeypatch, settings, orders=ShippedOrders)
    ada, order = call_as(make_user("ada", "admin")), Order.objects.create()
    path = f"/api/orders/{order.pk}/ship"
    assert [ada.post(path, {}).status_code for _ in range(2)] == [200, 429]
    ship = f'mutation {{ shipOrder(where: {{id: "{order.pk}"}}) {{ id }} }}'
    assert ask(ada, ship)["errors"][0]["extensions"]["code"] == "TOO_MANY_REQUESTS"
    assert [ada.get("/api/orders/summary").status_code for _ in range(2)] == [200, 429]
    assert ada.get("/api/orders").status_code == 200


def test_a_plain_view_may_set_it(user: Any) -> None:
    class Plain(APIView):
        throttle = "1/s"

        def get(self, request: Request) -> Response:
            return Response({})

    from rest_framework.test import APIRequestFactory, force_authenticate

    def call() -> int:
        request = APIRequestFactory().get("/plain")
        force_authenticate(request, user)
        return int(Plain.as_view()(request).status_code)

    assert [call(), call()] == [200, 429]


def test_a_wrong_rate_stops_the_start(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_throttles() == []
    monkeypatch.setattr(LimitedCustomers, "throttle", "often")
    serve(monkeypatch, settings, customers=LimitedCustomers)
    (fault,) = check_throttles()
    assert "LimitedCustomers has throttle = 'often'" in fault.msg
    assert "60/min" in str(fault.hint)


def test_an_anonymous_caller_is_its_address(
    api: APIClient,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    policy: Callable[[str], Any],
) -> None:
    policy(write_policy(Customer='view = "public"\nsearch = "public"'))
    serve(monkeypatch, settings, customers=LimitedCustomers)
    assert [api.get("/api/customers").status_code for _ in range(3)] == [200, 200, 429]
    assert api.get("/api/customers", REMOTE_ADDR="192.0.2.1").status_code == 200
    stale = {"Authorization": "Bearer nonsense"}
    assert api.get("/api/customers", headers=stale).status_code == 429
