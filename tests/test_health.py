"""The probes of load balancers."""

import json

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from runtime.storage import configure_cache
from tests.processes import request_once


@pytest.mark.parametrize("path", ["/api/_health/live", "/api/_health/ready", "/api/_health/ready/"])
def test_it_is_well_without_credentials(db: None, api: APIClient, path: str) -> None:
    response = api.get(path)
    assert (response.status_code, response.content) == (204, b"")
    assert "Content-Type" not in response


@pytest.mark.parametrize(
    "host", ["10.0.0.7:8000", "[fd00::7]:8000", "evil.example.org", "not a host!", ""]
)
def test_it_answers_probes_whatever_their_host(db: None, api: APIClient, host: str) -> None:
    for path in ("/api/_health/live", "/api/_health/ready/"):
        assert api.get(path, headers={"Host": host}).status_code == 204
    assert api.get("/api/customers", headers={"Host": host or "evil"}).status_code == 400


def test_a_probe_is_only_read(api: APIClient) -> None:
    response = api.post("/api/_health/live")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.exhaustive
@pytest.mark.one_database
@pytest.mark.parametrize(
    "broken",
    [
        {"DATABASE_URL": "postgres://u:s3cret@127.0.0.1:1/x"},
        {"DATABASE_URL": "sqlite:////nowhere/at/all/x.sqlite3"},
        {"DATABASE_URL": "sqlite://:memory:"},  # never migrated
    ],
)
def test_it_is_not_ready_without_its_database(broken: dict[str, str]) -> None:
    process = request_once("/api/_health/ready", **broken)
    status, seconds, body = process.stdout.split(maxsplit=2)
    assert (status, int(seconds) < 10) == ("503", True)
    assert json.loads(body)["title"] == "Service Unavailable"
    assert "s3cret" not in process.stdout + process.stderr
    assert "127.0.0.1" not in body


def test_it_is_not_ready_without_its_cache(db: None, api: APIClient, settings: Settings) -> None:
    settings.CACHES = {"default": configure_cache("redis://127.0.0.1:1")}
    response = api.get("/api/_health/ready")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert "redis" not in response.text.lower()


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_it_lives_without_its_database() -> None:
    assert request_once(
        "/api/_health/live", DATABASE_URL="postgres://u@127.0.0.1:1/x"
    ).stdout.startswith("204 ")
