"""Actions that need a recent authentication (RFC 9470), on every surface and for every provider."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIClient

from auth_core import require_recent_auth
from auth_core.models import AuthEvent
from auth_core.policy.view_checks import check_views
from auth_core.signals import LOGIN_TIME
from auth_jwt.models import Session
from entity_api import entity_action
from entity_api.description.registry import VIEWSETS
from tests.conftest import make_basic_header
from tests.graph import ask_data, ask_error
from tests.own_actions import serve
from tests.rest import assert_problem
from tests.sessions import begin, refresh
from tests.shop.models import Customer, Order
from tests.shop.viewsets import CustomerViewSet, OrderViewSet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
CODE, ROUTE = "insufficient_user_authentication", "/api/me/reauthenticate"
DELETE = "mutation ($id: String!) { deleteOrder(where: {id: $id}) { id } }"
SHIP = "mutation ($id: String!) { shipOrder(where: {id: $id}) { id } }"
OLD = timedelta(minutes=6)


class MarkedViewSet(OrderViewSet):
    requires_recent_auth = ("delete", "ship")

    @entity_action(policy="ship")
    def ship(self, row: Any, data: Any) -> None:
        row.quantity = 7


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Order:
    serve(monkeypatch, settings, orders=MarkedViewSet, customers=CustomerViewSet)
    return Order.objects.create(quantity=1)


def log_in(user: Any, age: timedelta = OLD) -> APIClient:
    pair = begin(user, authenticated_at=timezone.now() - age)
    return APIClient(headers={"Authorization": f"Bearer {pair['accessToken']}"})


def test_a_marked_action_after_an_old_login_is_a_401_that_says_how_old_it_may_be(
    admin: Any, order: Order
) -> None:
    client = log_in(admin)
    for answer in (
        client.delete(f"/api/orders/{order.pk}"),
        client.post(f"/api/orders/{order.pk}/ship", {}),
        client.delete("/api/orders/bulk", [{"id": str(order.pk)}]),
    ):
        assert_problem(answer, 401)
        assert answer.json()["code"] == CODE
        assert f'Bearer realm="api", error="{CODE}"' in answer["WWW-Authenticate"]
        assert 'max_age="300"' in answer["WWW-Authenticate"]
    for query in (DELETE, SHIP):
        assert ask_error(client, query, id=str(order.pk))["extensions"]["code"] == CODE
    assert client.patch(f"/api/orders/{order.pk}", {"quantity": 2}).status_code == 200
    assert Order.objects.get().quantity == 2


def test_a_recent_login_may(admin: Any, order: Order) -> None:
    client = log_in(admin, timedelta(minutes=4))
    assert client.post(f"/api/orders/{order.pk}/ship", {}).status_code == 200
    assert ask_data(client, DELETE, id=str(order.pk))["deleteOrder"]["id"] == str(order.pk)


def test_the_mark_costs_no_query(admin: Any, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    client, path = log_in(admin, timedelta()), f"/api/orders/{order.pk}/ship"
    client.post(path, {})

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.post(path, {}).status_code == 200
        return len(queries)

    marked = count()
    monkeypatch.setattr(MarkedViewSet, "requires_recent_auth", ())
    assert marked == count()


def test_basic_is_always_recent_and_a_stranger_never(
    api: APIClient, admin: Any, order: Order
) -> None:
    basic = APIClient(headers={"Authorization": make_basic_header("admin", "admin")})
    path = f"/api/orders/{order.pk}/ship"
    assert "code" not in api.post(path, {}).json()
    assert basic.post(path, {}).status_code == 200
    assert basic.post(ROUTE, {"currentPassword": "admin"}).status_code == 204


def test_a_link_does_not_pass_it_by(
    admin: Any, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link to many is a column of the linked row, which is marked."""
    monkeypatch.setattr(MarkedViewSet, "requires_recent_auth", ("update",))
    path = f"/api/customers/{Customer.objects.create().pk}/orders"
    answer = log_in(admin).post(path, [{"id": str(order.pk)}])
    assert answer.json()["code"] == CODE
    assert Order.objects.get().customer_id is None


def test_the_password_renews_the_session(admin: Any, order: Order) -> None:
    client, path = log_in(admin), f"/api/orders/{order.pk}/ship"
    wrong = client.post(ROUTE, {"currentPassword": "wrong"})
    assert_problem(wrong, 400)
    assert client.post(path, {}).status_code == 401
    assert client.post(ROUTE, {"currentPassword": "admin"}).status_code == 204
    assert client.post(path, {}).status_code == 200
    assert Session.objects.count() == 1
    events = list(AuthEvent.objects.values_list("event", flat=True).order_by("id"))
    assert events[-2:] == ["failure", "reauthentication"]


def test_wrong_passwords_lock_it(admin: Any) -> None:
    client = log_in(admin)
    statuses = [client.post(ROUTE, {"currentPassword": f"{each}"}).status_code for each in range(6)]
    assert statuses == [400] * 5 + [429]


def test_graphql_renews_the_session_once_a_request(admin: Any) -> None:
    client = log_in(admin)
    once = 'reauthenticate(currentPassword: "admin") { username }'
    assert ask_data(client, f"mutation {{ {once} }}")["reauthenticate"] == {"username": "admin"}
    assert Session.objects.filter(authenticated_at__gt=timezone.now() - OLD).exists()
    error = ask_error(client, f"mutation {{ a: {once} b: {once} }}")
    assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"


def test_a_refresh_renews_nothing(admin: Any) -> None:
    long_ago = timezone.now() - OLD
    assert refresh(begin(admin, authenticated_at=long_ago)).status_code == 200
    assert Session.objects.get().authenticated_at == long_ago


@pytest.mark.parametrize("at", [None, timedelta(days=-1)])
def test_an_unknown_time_and_one_in_the_future_are_not_recent(
    admin: Any, order: Order, at: timedelta | None
) -> None:
    pair = begin(admin, authenticated_at=at and timezone.now() - at)
    client = APIClient(headers={"Authorization": f"Bearer {pair['accessToken']}"})
    assert client.delete(f"/api/orders/{order.pk}").json()["code"] == CODE


def test_the_bound_is_a_setting(admin: Any, order: Order, settings: Any) -> None:
    settings.REAUTHENTICATION_TIMEOUT = timedelta(minutes=7)
    assert log_in(admin).delete(f"/api/orders/{order.pk}").status_code == 200


def test_a_view_asks_by_a_function(admin: Any, rf: Any) -> None:
    session = Session(user=admin, authenticated_at=timezone.now() - OLD)
    plain = rf.post("/")
    request = Request(plain)
    request.user, request.auth, plain.accepted_by = admin, session, "auth_jwt"
    require_recent_auth(request, timedelta(minutes=7))
    with pytest.raises(AuthenticationFailed) as refusal:
        require_recent_auth(request)
    assert refusal.value.get_codes() == CODE


def test_the_admin_asks_too(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VIEWSETS[Order], "requires_recent_auth", ("delete",))
    order, browser = Order.objects.create(quantity=1), Client()
    browser.force_login(admin)
    path = f"/admin/shop/order/{order.pk}/delete/"
    session = browser.session
    session[LOGIN_TIME] -= OLD.total_seconds()
    session.save()
    page = browser.post(path, {"post": "yes"})
    assert (page.status_code, "log in again" in page.text) == (403, True)
    listed = {"action": "delete_selected", "_selected_action": str(order.pk), "post": "yes"}
    assert browser.post("/admin/shop/order/", listed).status_code == 403
    assert Order.objects.exists()
    browser.force_login(admin)
    assert browser.post(path, {"post": "yes"}).status_code == 302
    assert not Order.objects.exists()


@pytest.mark.parametrize("marked", ["delete", ("destroy",), ("view",), ("shipp",)])
def test_a_name_of_no_action_is_a_check(monkeypatch: pytest.MonkeyPatch, marked: Any) -> None:
    monkeypatch.setattr(OrderViewSet, "requires_recent_auth", marked)
    assert [each.id for each in check_views()].count("auth_core.E023") >= 1


def test_good_names_are_no_fault(order: Order) -> None:
    assert [each.id for each in check_views()].count("auth_core.E023") == 0
