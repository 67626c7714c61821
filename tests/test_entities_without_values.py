"""An entity whose serializer writes no field: it is served and documented on all surfaces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from entity_api import EntitySerializer, EntityViewSet
from tests.graph import ask_error
from tests.own_actions import serve
from tests.policies import ALL, call_as, make_user, write_policy
from tests.shop.models import Order

pytestmark = [pytest.mark.django_db]


class ShownSerializer(EntitySerializer):
    class Meta:
        model = Order
        fields = ("id", "quantity")
        read_only_fields = ("quantity",)


class ShownViewSet(EntityViewSet):
    queryset = Order.objects.all()
    serializer_class = ShownSerializer


def test_its_document_and_graphql_know_no_values(
    monkeypatch: pytest.MonkeyPatch, settings: Any, policy: Callable[[str], Any]
) -> None:
    serve(monkeypatch, settings, orders=ShownViewSet)
    policy(write_policy(ALL))
    client = call_as(make_user("ada", "user"))
    document = client.get("/api/schema")
    assert document.status_code == 200
    assert "requestBody" not in document.json()["paths"]["/api/orders/{id}"]["patch"]
    refused = ask_error(client, "mutation { createOrder { id } }")
    assert "Cannot query field" in refused["message"]
