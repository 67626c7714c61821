"""`/metrics`: who may read it, and what it says of requests, logins and the database."""

from __future__ import annotations

import os

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings
from rest_framework.test import APIClient

from auth_jwt.metrics import sessions
from runtime.metrics.memory import SharedNumbers

TOKEN = "a-token-of-the-tests"


def read_metrics(api: APIClient, name: str, **labels: str) -> float:
    """Return the sum of the samples of this name that have these labels."""
    response = api.get("/metrics")
    assert response.status_code == 200, response.content
    families = text_string_to_metric_families(response.text)
    samples = [sample for family in families for sample in family.samples if sample.name == name]
    return sum(each.value for each in samples if labels.items() <= each.labels.items())


def test_a_request_is_counted_by_the_name_of_its_route(admin: object, api: APIClient) -> None:
    labels = {"method": "GET", "route": "/api/customers/:id", "status": "404"}
    before = read_metrics(api, "http_requests_total", **labels)
    login = api.post("/api/login", {"username": "admin", "password": "admin"}).json()
    bearer = {"Authorization": f"Bearer {login['accessToken']}"}
    for number in range(3):
        assert api.get(f"/api/customers/{number}", headers=bearer).status_code == 404
    assert read_metrics(api, "http_requests_total", **labels) == before + 3
    route = {"route": "/api/customers/:id"}
    assert read_metrics(api, "http_request_duration_seconds_count", **route) >= 3
    assert read_metrics(api, "http_request_duration_seconds_bucket", le="+Inf", **route) >= 3
    assert read_metrics(api, "database_statements_total", **route) >= 3
    assert read_metrics(api, "database_seconds_total", **route) > 0
    assert read_metrics(api, "hashes_total") >= 1
    assert read_metrics(api, "workers") == 1
    assert read_metrics(api, "cache_entries", cache="views") >= 1


def test_a_client_makes_no_labels(db: None, api: APIClient) -> None:
    before = read_metrics(api, "http_requests_total", route="unmatched")
    for number in range(5):
        api.generic(f"BREW{number}", f"/nowhere/{number}")
    assert read_metrics(api, "http_requests_total", route="unmatched") == before + 5
    assert "BREW" not in api.get("/metrics").text


def test_logins_are_counted_by_their_result(admin: object, api: APIClient) -> None:
    names = ("login", "failure")
    before = [read_metrics(api, "auth_events_total", event=name) for name in names]
    for password in ("admin", "wrong"):
        api.post("/api/login", {"username": "admin", "password": password})
    after = [read_metrics(api, "auth_events_total", event=name) for name in names]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1]


def test_live_sessions_are_counted_now_and_then(
    admin: object, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "_known", (float("-inf"), 0.0))
    for _ in range(2):
        api.post("/api/login", {"username": "admin", "password": "admin"})
        assert read_metrics(api, "auth_sessions") == 1


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "::1", 200),
        ({}, "192.0.2.1", 403),
        ({}, "", 403),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 403),
    ],
)
def test_without_a_token_this_machine_alone_may_read(
    headers: dict[str, str], address: str, status: int, db: None, api: APIClient
) -> None:
    response = api.get("/metrics", headers={"Host": "10.0.0.7", **headers}, REMOTE_ADDR=address)
    assert response.status_code == status
    assert ("http_requests_total" in response.text) == (status == 200)


@pytest.mark.parametrize(
    ("header", "status"),
    [(f"Bearer {TOKEN}", 200), ("Bearer wrong", 401), (f"Basic {TOKEN}", 401), ("", 401)],
)
def test_a_token_opens_it_from_everywhere(
    header: str, status: int, db: None, api: APIClient, settings: Settings
) -> None:
    settings.METRICS_TOKEN = TOKEN
    headers = {"Authorization": header} if header else {}
    response = api.get("/metrics", headers=headers, REMOTE_ADDR="192.0.2.1")
    assert response.status_code == status
    assert ("WWW-Authenticate" in response) == (status == 401)


def test_a_development_server_says_where_the_time_went(
    db: None, api: APIClient, settings: Settings
) -> None:
    assert "Server-Timing" not in api.get("/api/_health/ready")
    settings.DEBUG = True
    assert 'desc="' in api.get("/api/_health/ready")["Server-Timing"]


@pytest.fixture
def shared() -> SharedNumbers:
    return SharedNumbers(slots=8, numbers=50)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked")
def test_workers_count_together_and_the_gauges_of_the_dead_are_gone(shared: SharedNumbers) -> None:
    for slot in (2, 3):
        if (child := os.fork()) == 0:
            shared.take_slot(slot)
            # Each makes names of its own, too.
            shared.add(shared.find_index(f"own{slot}"), slot)
            shared.add(shared.find_index("common"))
            os._exit(0)
        os.waitpid(child, 0)
    shared.add(shared.find_index("common"))
    sums = shared.read_sums()
    assert sums == {"own2": (2, 0), "common": (3, 1), "own3": (3, 0)}


def test_names_beyond_the_memory_are_dropped(shared: SharedNumbers) -> None:
    for number in range(100):
        shared.add(shared.find_index(f"name{number}"))
    assert shared.find_index("x" * 2_000) == shared.find_index("name99")
    assert len(shared.read_sums()) == 48
