"""Every error is a problem document (RFC 9457), and tells nothing of the inside."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import Http404
from django.urls import path
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from api_http.problems import flatten_errors

pytestmark = pytest.mark.urls(__name__)
SECRET = "a path, a query, a password"


def run_broken_query() -> None:
    connection.cursor().execute("SELECT nothing FROM nowhere")


FAULTS: dict[str, Callable[[], Any]] = {
    "not-found": lambda: Http404(SECRET),
    "forbidden": lambda: PermissionDenied(SECRET),
    "suspicious": lambda: SuspiciousOperation(SECRET),
    "too-big": lambda: RequestDataTooBig(SECRET),
    "throttled": lambda: exceptions.Throttled(wait=1.2),
    "invalid": lambda: ValidationError(
        {"firstName": [ErrorDetail("Too long.", code="max_length")]}
    ),
    "dictionary": lambda: exceptions.NotFound({"detail": "Gone fishing."}),
    "unavailable": lambda: OperationalError(SECRET),
    "unknown": lambda: RuntimeError(SECRET),
    "broken-query": run_broken_query,
}


class FaultyView(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request, fault: str) -> Response:
        raise FAULTS[fault]() or AssertionError


urlpatterns = [path("api/<fault>", FaultyView.as_view())]


@pytest.mark.parametrize(
    ("fault", "status", "title", "detail"),
    [
        ("not-found", 404, "Not Found", "Not found."),
        ("forbidden", 403, "Forbidden", "You do not have permission to perform this action."),
        ("suspicious", 400, "Bad Request", "The request cannot be read."),
        ("too-big", 413, "Content Too Large", "The body is longer than 1048576 bytes."),
        (
            "throttled",
            429,
            "Too Many Requests",
            "Request was throttled. Try again in 2 seconds.",
        ),
        ("dictionary", 404, "Not Found", "Gone fishing."),
        (
            "unavailable",
            503,
            "Service Unavailable",
            "The service cannot answer at the moment; try again.",
        ),
    ],
)
def test_an_error_is_a_problem(
    api: APIClient, fault: str, status: int, title: str, detail: str
) -> None:
    response = api.get(f"/api/{fault}")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }


def test_invalid_input_is_reported_field_by_field(api: APIClient) -> None:
    response = api.get("/api/invalid")
    assert (response.status_code, response.json()["detail"]) == (400, "The input is not valid.")
    assert response.json()["errors"] == [
        {"pointer": "#/firstName", "detail": "Too long.", "code": "max_length"}
    ]


@pytest.mark.parametrize("fault", ["throttled", "unavailable"])
def test_it_says_when_to_come_back(api: APIClient, fault: str) -> None:
    assert api.get(f"/api/{fault}")["Retry-After"] == "2"


def test_a_wrong_method_is_shown_the_right_ones(api: APIClient) -> None:
    response = api.post("/api/invalid")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_options_tells_the_methods_and_nothing_else(api: APIClient) -> None:
    response = api.options("/api/invalid")
    assert (response.status_code, response["Allow"], response.content) == (
        200,
        "GET, HEAD, OPTIONS",
        b"",
    )


@pytest.mark.parametrize("fault", ["unknown", "broken-query"])
def test_a_fault_of_ours_is_logged_and_not_shown(
    db: None, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    with caplog.at_level(logging.ERROR, "django.request"):
        response = APIClient(raise_request_exception=False).get(f"/api/{fault}")
    assert response.status_code == 500
    assert response.json()["detail"] == "The service failed to answer; the fault was logged."
    assert [bool(record.exc_info) for record in caplog.records] == [True]


def test_error_trackers_and_tests_notice_a_fault(api: APIClient) -> None:
    with pytest.raises(RuntimeError):
        api.get("/api/unknown")


@pytest.mark.parametrize(
    ("tree", "pointers"),
    [
        (["all wrong"], ["#"]),
        ({"non_field_errors": ["all wrong"]}, ["#"]),
        ({"name": ["a", "b"]}, ["#/name", "#/name"]),
        ({"orders": {"connect": [{"id": ["unknown"]}]}}, ["#/orders/connect/0/id"]),
        ({"orders": {"connect": [{}, {"id": ["unknown"]}]}}, ["#/orders/connect/1/id"]),
        ({"roles": {1: ["not text"]}}, ["#/roles/1"]),
        (
            {"where": {"firstName": {"foo": ["unknown"]}}, "take": ["huge"]},
            ["#/where/firstName/foo", "#/take"],
        ),
        ({"a/b~c": ["x"], "d e%": ["x"], "é": ["x"]}, ["#/a~1b~0c", "#/d%20e%25", "#/%C3%A9"]),
    ],
)
def test_a_pointer_leads_to_the_input(tree: Any, pointers: list[str]) -> None:
    assert [error["pointer"] for error in flatten_errors(ValidationError(tree).detail)] == pointers


def test_a_flood_of_errors_is_cut(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        FAULTS,
        "flood",
        lambda: ValidationError({f"f{number}": "unknown" for number in range(1000)}),
    )
    assert len(api.get("/api/flood").json()["errors"]) == 100
