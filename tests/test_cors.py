"""Which scripts of which pages may read the API."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

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
        "X-Request-ID"
    )


def test_a_script_may_read_that_its_body_was_too_long(api: APIClient, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    response = api.generic(
        "POST", "/api/login", CONTENT_LENGTH="2000000", headers={"Origin": ORIGIN}
    )
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (413, ORIGIN)
