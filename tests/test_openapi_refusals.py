"""The refusals in the OpenAPI document: on which operations they are, and what they carry."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import path
from rest_framework.views import APIView

from api_http.describing import OpenApiResponse, extend_schema
from tests.described import find_operation, find_undescribed, resolve
from tests.own_actions import serve
from tests.policies import call_as, make_user
from tests.shop.viewsets import CustomerViewSet
from tests.test_limits_of_views import LimitedCustomers, ShippedOrders
from tests.test_openapi import DOCUMENT, OPERATIONS
from tests.test_openapi_contract import make_document

LIMITS = {"RateLimit", "RateLimit-Policy"}


def find_headers(answer: dict[str, Any], document: dict[str, Any] = DOCUMENT) -> set[str]:
    return set(resolve(document, answer).get("headers", {}))


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_has_the_refusals_to_wait_for(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    answers = operation["responses"]
    assert find_headers(answers["429"]) == {"Retry-After", *LIMITS}
    assert find_headers(answers["503"]) == {"Retry-After", *LIMITS}
    assert ("401" in answers) >= bool(operation["security"])
    assert ("404" in answers) >= ("{" in path)
    for status, answer in answers.items():
        if status == "default" or status >= "400":
            content = resolve(DOCUMENT, answer)["content"]
            assert content.keys() == {"application/problem+json"}, status
            assert find_headers(answer) >= LIMITS
    assert list(answers) == sorted(answers)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_a_success_shows_limits_where_its_caller_may_be_counted(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    security = operation["security"]
    answers = [each for status, each in operation["responses"].items() if status < "400"]
    assert {find_headers(each) >= LIMITS for each in answers} == {not security or {} in security}


def test_what_all_operations_share_is_written_once() -> None:
    shared = {"429", "503", "default"}
    used = [each["responses"][status] for _, _, each in OPERATIONS for status in shared]
    assert all(list(each) == ["$ref"] for each in used)
    assert {name for name, each in DOCUMENT["components"]["responses"].items()} == {
        each["$ref"].rpartition("/")[2]
        for _, _, operation in OPERATIONS
        for each in operation["responses"].values()
        if "$ref" in each
    }


@pytest.mark.django_db
def test_a_view_with_a_limit_shows_it_to_known_callers(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, settings, customers=LimitedCustomers)
    document = make_document()
    ada = call_as(make_user("ada", "admin"))
    for status in (200, 200, 429):
        answer = ada.get("/api/customers")
        assert answer.status_code == status
        assert set(answer.headers) >= LIMITS
        assert find_undescribed(document, "GET", "/api/customers", status, answer.headers) == []
    serve(monkeypatch, settings, customers=CustomerViewSet)
    assert find_undescribed(make_document(), "GET", "/api/customers", 200, answer.headers)


@pytest.mark.django_db
def test_an_action_of_ones_own_is_described_as_the_change_of_a_row(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, settings, orders=ShippedOrders)
    document = make_document()
    ship = find_operation(document, "POST", "/api/orders/1/ship")
    assert ship is not None
    assert ship["responses"].keys() >= {"401", "404", "409", "412", "429", "503"}
    # It has a limit of its own; the other actions have none.
    assert find_headers(ship["responses"]["200"], document) >= LIMITS
    others = find_operation(document, "GET", "/api/orders")
    assert others is not None
    assert not find_headers(others["responses"]["200"], document) & LIMITS


def test_what_a_view_says_of_a_refusal_stays(settings: Any) -> None:
    class Own(APIView):
        @extend_schema(
            operation_id="useOwn",
            responses={
                204: OpenApiResponse(description="Used."),
                409: OpenApiResponse(description="It is used already."),
                429: OpenApiResponse(description="Used too often."),
                410: OpenApiResponse({"type": "string"}, description="It is gone."),
            },
        )
        def post(self, request: Any) -> None:
            """Use it."""

    settings.ROOT_URLCONF = type("Routes", (), {"urlpatterns": [path("own", Own.as_view())]})
    document = make_document()
    answers = document["paths"]["/own"]["post"]["responses"]
    assert answers["409"]["description"] == "It is used already."
    assert answers["429"]["description"] == "Used too often."
    assert find_headers(answers["429"], document) == {"Retry-After", *LIMITS}
    assert answers["409"]["content"] == resolve(document, answers["503"])["content"]
    assert answers["410"]["content"] == {"application/json": {"schema": {"type": "string"}}}


def test_the_comparison_finds_what_is_missing() -> None:
    page = "/api/customers"
    assert find_undescribed(DOCUMENT, "GET", page, 200, ["Link", "X-Request-ID", "Server"]) == []
    assert find_undescribed(DOCUMENT, "GET", page, 200, ["Location"]) == [
        f"GET {page} 200 location"
    ]
    assert find_undescribed(DOCUMENT, "GET", page, 418, []) == [f"GET {page} 418"]
    assert find_undescribed(DOCUMENT, "GET", page, 403, []) == []
    assert find_undescribed(DOCUMENT, "GET", "/elsewhere", 418, []) == []
