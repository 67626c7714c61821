"""Own actions by an API key: they are scopes by their names in permissions.toml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.graph import ask
from tests.own_actions import serve
from tests.plugins.apikeys import call_with, make_key
from tests.policies import ALL, write_policy
from tests.shop.models import Order
from tests.test_entity_actions import MUTATION, ShippingViewSet

pytestmark = pytest.mark.django_db
SCOPES: dict[str, tuple[Any, int, int]] = {
    "nothing": ({}, 200, 200),
    "its entity": ({"entities": ["Order"]}, 200, 200),
    "another entity": ({"entities": ["Customer"]}, 403, 403),
    "reading": ({"actions": ["view", "search"]}, 403, 403),
    "its name": ({"actions": ["ship", "view"]}, 200, 403),
    "another action": ({"actions": ["update", "view"]}, 403, 200),
}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_holds_for_own_actions(
    user: Any,
    policy: Callable[[str], Any],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    scope: str,
) -> None:
    policy(write_policy(ALL, Order=f'{ALL}\nship = "all"'))
    serve(monkeypatch, settings, orders=ShippingViewSet)
    row = Order.objects.create(quantity=1)
    scopes, shipped, changed = SCOPES[scope]
    client = call_with(make_key(user, **scopes))
    assert client.post(f"/api/orders/{row.pk}/ship", {"quantity": 5}).status_code == shipped
    assert client.patch(f"/api/orders/{row.pk}", {"discount": 1}).status_code == changed
    answer = ask(client, MUTATION, id=str(row.pk), q=7)
    assert ("errors" not in answer) == (shipped == 200)
    row.refresh_from_db()
    assert row.quantity == (7 if shipped == 200 else 1)
