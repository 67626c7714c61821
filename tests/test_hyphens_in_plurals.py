"""A plural with a hyphen is an address as it is, and a name in camelCase in GraphQL."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph import ask_data
from tests.own_actions import serve
from tests.policies import call_as
from tests.shop.models import Order
from tests.shop.viewsets import OrderViewSet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]


class LineViewSet(OrderViewSet):
    """Serves orders under another plural."""


def test_rest_has_the_hyphen_and_graphql_has_none(
    monkeypatch: pytest.MonkeyPatch, settings: Any, admin: Any
) -> None:
    serve(monkeypatch, settings, **{"order-lines": LineViewSet})
    row, client = Order.objects.create(quantity=7), call_as(admin)
    assert client.get("/api/order-lines").json()[0]["id"] == str(row.pk)
    query = "{ orderLines { quantity } _orderLinesMeta { count } }"
    found = {"orderLines": [{"quantity": 7}], "_orderLinesMeta": {"count": 1}}
    assert ask_data(client, query) == found
    many = "mutation { createManyOrderLines(data: [{quantity: 8}]) { quantity } }"
    assert ask_data(client, many) == {"createManyOrderLines": [{"quantity": 8}]}
