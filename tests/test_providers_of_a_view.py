"""A viewset names the providers whose credentials it takes, on every surface alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from rest_framework.test import APIClient

from tests.graph import ask
from tests.rest import assert_problem, read_stored
from tests.shop.models import Customer, Order
from tests.shop.viewsets import CustomerViewSet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
BEARER = 'Bearer realm="api"'
CREATE = 'mutation { createCustomer(data: {firstName: "Eve"}) { id } }'
LIST = "{ customers { firstName } }"


@pytest.fixture(autouse=True)
def only_jwt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CustomerViewSet, "providers", ("auth_jwt",), raising=False)


@pytest.fixture
def bearer(admin: Any, api: APIClient) -> APIClient:
    token = api.post("/api/login", {"username": "admin", "password": "admin"}).json()
    return APIClient(headers={"Authorization": f"Bearer {token['accessToken']}"})


def test_rest_takes_the_named_provider_and_no_other(bearer: APIClient, as_admin: APIClient) -> None:
    row = Customer.objects.create(first_name="Ada")
    before = read_stored()
    for method, path in (
        ("get", "/api/customers"),
        ("post", "/api/customers"),
        ("patch", f"/api/customers/{row.pk}"),
        ("delete", f"/api/customers/{row.pk}"),
    ):
        response = getattr(as_admin, method)(path, {})
        assert_problem(response, 401)
        assert response["WWW-Authenticate"] == BEARER
    assert read_stored() == before
    assert [each["firstName"] for each in bearer.get("/api/customers").json()] == ["Ada"]
    assert as_admin.get("/api/orders").status_code == 200


def test_graphql_takes_the_named_provider_and_no_other(
    bearer: APIClient, as_admin: APIClient
) -> None:
    for query in (LIST, CREATE):
        (error,) = ask(as_admin, query)["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert not Customer.objects.exists()
    assert "errors" not in ask(bearer, CREATE)
    assert ask(bearer, LIST)["data"] == {"customers": [{"firstName": "Eve"}]}


def test_a_link_does_not_lead_round_it(bearer: APIClient, as_admin: APIClient) -> None:
    Order.objects.create(customer=Customer.objects.create(first_name="Ada"), quantity=1)
    query = "{ orders { quantity customer { firstName } } }"
    assert ask(bearer, query)["data"]["orders"][0]["customer"] == {"firstName": "Ada"}
    assert "Ada" not in str(ask(as_admin, query))
    for condition in ("where[customer][firstName]=Ada", "where[customer][firstName][startsWith]=A"):
        answer = as_admin.get(f"/api/orders?{condition}")
        assert answer.status_code == 400 or answer.json() == []


def test_the_document_says_so(api: APIClient) -> None:
    paths = api.get("/api/schema").json()["paths"]
    assert paths["/api/customers"]["get"]["security"] == [{"auth_jwt": []}]
    assert paths["/api/orders"]["get"]["security"] == [{"auth_basic": []}, {"auth_jwt": []}]


@pytest.mark.parametrize("named", [("auth_nothing",), "auth_jwt", 5])
def test_an_unknown_provider_stops_the_start(monkeypatch: pytest.MonkeyPatch, named: Any) -> None:
    monkeypatch.setattr(CustomerViewSet, "providers", named)
    found = [
        message for message in run_checks(tags=["auth_plugins"]) if message.id == "auth_core.E015"
    ]
    assert "CustomerViewSet" in found[0].msg
    monkeypatch.setattr(CustomerViewSet, "providers", ("auth_jwt", "auth_basic"))
    assert not run_checks(tags=["auth_plugins"])
