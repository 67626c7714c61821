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


def test_a_script_may_read_the_headers_of_the_contract(api: APIClient, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    response = api.get("/api/nothing", headers={"Origin": ORIGIN})
    assert response["Access-Control-Expose-Headers"] == "Link, X-Total-Count, WWW-Authenticate, Retry-After"


def test_a_script_may_read_that_its_body_was_too_long(api: APIClient, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    response = api.generic("POST", "/api/login", CONTENT_LENGTH="2000000", headers={"Origin": ORIGIN})
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (413, ORIGIN)
