"""The request log: one line for each request, which tells who asked and no secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def logged(settings: Settings) -> None:
    settings.REQUEST_LOG = True


def read_lines(capfd: Capture) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line[:1] == "{"]
    return [line for line in lines if "duration_ms" in line]


def test_a_line_says_who_asked_for_what(admin: Any, api: APIClient, capfd: Capture) -> None:
    login = api.post("/api/login", {"username": "admin", "password": "admin"}).json()
    headers = {"Authorization": f"Bearer {login['accessToken']}", "X-Request-ID": "abc"}
    api.get("/api/customers/x%0a1?where[email]=s3cret", headers=headers)
    first, second = read_lines(capfd)
    assert (first["method"], first["path"], first["status"]) == ("POST", "/api/login", 201)
    assert second.pop("duration_ms") > 0
    assert second.pop("time").endswith("Z")
    assert second == {
        "method": "GET",
        "route": "/api/customers/:id",
        "path": "/api/customers/x%0A1",
        "status": 404,
        "user": str(admin.pk),
        "provider": "auth_jwt",
        "request_id": "abc",
    }


def test_a_line_holds_no_secret(admin: Any, api: APIClient, capfd: Capture) -> None:
    login = api.post("/api/login", {"username": "admin", "password": "admin"}).json()
    api.get("/api/me?token=s3cret", headers={"Authorization": f"Bearer {login['accessToken']}"})
    text = capfd.readouterr().err
    assert text.count("duration_ms") == 2
    assert not [each for each in ("s3cret", "Bearer", login["accessToken"]) if each in text]


def test_a_page_is_logged_without_reading_its_user(api: APIClient, capfd: Capture) -> None:
    api.get("/admin/", REMOTE_ADDR="192.0.2.1")
    (line,) = read_lines(capfd)
    assert (line["route"], line["status"], "user" in line) == ("/admin/", 302, False)


def test_probes_that_succeed_are_left_out(
    api: APIClient, capfd: Capture, settings: Settings
) -> None:
    api.get("/api/_health/ready"), api.get("/metrics")
    assert read_lines(capfd) == []
    api.get("/metrics", REMOTE_ADDR="192.0.2.1")
    settings.REQUEST_LOG = False
    api.get("/api/me")
    assert [line["status"] for line in read_lines(capfd)] == [403]


def test_the_method_is_cut_and_plain(api: APIClient, capfd: Capture) -> None:
    api.generic("\x1b[31m" * 50, "/" + "é" * 1_000)
    (line,) = read_lines(capfd)
    assert line["method"].startswith("%1B")
    assert len(line["path"]) < 2_000
