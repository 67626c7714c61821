"""Which scripts of which pages may read the API."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from api_http.lengths import LONGEST_QUERY
from runtime.rates import Rate
from tests.rest import assert_problem

ORIGIN = "https://app.example.org"
LISTED = {"CORS_ALLOWED_ORIGINS": [ORIGIN]}
LIVE = "/api/_health/live"


@pytest.mark.parametrize(
    ("configured", "path", "origin", "allowed"),
    [
        ({}, LIVE, ORIGIN, None),
        (LISTED, LIVE, ORIGIN, ORIGIN),
        (LISTED, "/api/nothing", ORIGIN, ORIGIN),
        (LISTED, "/api-json/nothing", ORIGIN, ORIGIN),
        (LISTED, "/graphql", ORIGIN, ORIGIN),
        (LISTED, "/.well-known/jwks.json", ORIGIN, ORIGIN),
        (LISTED, LIVE, "https://app.example.org.evil.example", None),
        (LISTED, LIVE, "http://app.example.org", None),
        (LISTED, LIVE, "null", None),
        (LISTED, "/admin/login/", ORIGIN, None),
        (LISTED, "/apiary", ORIGIN, None),
        ({"CORS_ALLOW_ALL_ORIGINS": True}, LIVE, "http://localhost:3000", "*"),
        ({"CORS_ALLOW_ALL_ORIGINS": True}, "/admin/login/", ORIGIN, None),
    ],
)
def test_only_listed_origins_read_the_api(
    db: None,
    api: APIClient,
    settings: Settings,
    configured: dict[str, Any],
    path: str,
    origin: str,
    allowed: str | None,
) -> None:
    for name, value in configured.items():
        setattr(settings, name, value)
    response = api.get(path, headers={"Origin": origin})
    assert response.get("Access-Control-Allow-Origin") == allowed
    assert "Access-Control-Allow-Credentials" not in response


def test_a_preflight_allows_what_the_api_reads(api: APIClient, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
    response = api.options("/api/customers", headers=headers)
    assert response.status_code == 200
    assert "PATCH" in response["Access-Control-Allow-Methods"]
    assert response["Access-Control-Allow-Headers"] == "accept, authorization, content-type, prefer"


def ask_for(api: APIClient, names: str, origin: str = ORIGIN) -> Any:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": names,
    }
    return api.options("/api/customers", headers=headers)


@pytest.mark.parametrize(
    "names",
    [
        "authorization,x-request-id",
        "traceparent",
        "x-requested-with, if-match,apollographql-client-name",
    ],
)
def test_an_allowed_origin_may_send_any_header_it_asks_for(
    api: APIClient, settings: Settings, names: str
) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    response = ask_for(api, names)
    assert (response.status_code, response["Access-Control-Allow-Headers"]) == (200, names)
    assert "access-control-request-headers" in response["Vary"].lower()


@pytest.mark.parametrize(
    "names", ["", "a b", "a\r\nX-Evil: 1", ",", "a,,b", "<script>", "é", "x" * 2001, "a," * 900]
)
def test_what_is_no_list_of_names_is_not_repeated(
    api: APIClient, settings: Settings, names: str
) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    assert (
        ask_for(api, names)["Access-Control-Allow-Headers"]
        == "accept, authorization, content-type, prefer"
    )


def test_another_origin_is_allowed_no_header(api: APIClient, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    assert "Access-Control-Allow-Headers" not in ask_for(
        api, "x-request-id", "https://evil.example"
    )


def test_a_script_may_read_the_headers_of_the_contract(api: APIClient, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    response = api.get("/api/nothing", headers={"Origin": ORIGIN})
    assert response["Access-Control-Expose-Headers"] == (
        "Link, Location, ETag, X-Total-Count, Preference-Applied, WWW-Authenticate, Retry-After, "
        "RateLimit, RateLimit-Policy, X-Request-ID"
    )


LONG = "x" * (LONGEST_QUERY + 1)
# Refusals before any view, each with its status.
EARLY: list[tuple[int, dict[str, Any]]] = [
    (400, {"HTTP_HOST": "evil.example"}),
    (400, {"HTTP_HOST": "a b"}),
    (404, {"path": "/api/nothing"}),
    (411, {"method": "POST", "HTTP_TRANSFER_ENCODING": "chunked"}),
    (413, {"method": "POST", "CONTENT_LENGTH": "2000000"}),
    (414, {"path": f"/api/{LONG}"}),
    (414, {"QUERY_STRING": LONG}),
    (429, {}),
    (431, {"HTTP_X_LONG": LONG}),
    (431, {"HTTP_ACCESS_CONTROL_REQUEST_HEADERS": LONG}),
]


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(("status", "request_"), EARLY)
def test_a_script_may_read_a_refusal_before_the_view(
    db: None, api: APIClient, settings: Settings, status: int, request_: Any, *, secure: bool
) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    settings.SECURE_SSL_REDIRECT = secure
    if status == 429:
        settings.THROTTLE_ANONYMOUS = Rate(1, 60)
        api.get("/api/nothing", secure=secure)
    sent = {"method": "GET", "path": "/api/login", "secure": secure, **request_}
    response = api.generic(**sent, headers={"Origin": ORIGIN})
    assert_problem(response, status)
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    assert "Retry-After" in response["Access-Control-Expose-Headers"]
    assert "origin" in response["Vary"].lower()


def test_what_is_longer_than_an_origin_gets_no_answer_of_its_own(
    api: APIClient, settings: Settings
) -> None:
    settings.CORS_ALLOW_ALL_ORIGINS = True
    response = api.get("/api/nothing", headers={"Origin": f"https://{'x' * 300}"})
    assert "Access-Control-Allow-Origin" not in response


def test_a_preflight_for_a_long_address_lets_the_client_see_the_refusal(
    api: APIClient, settings: Settings
) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    response = api.options(f"/api/customers?{LONG}", headers=headers)
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (200, ORIGIN)
