"""Logging out by a refresh token alone (RFC 7009), and everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from auth_core.models import AuthEvent
from auth_jwt.models import Session
from tests.conftest import make_basic_header
from tests.rest import assert_problem, find_pointers
from tests.sessions import begin, refresh, statuses, stored, use

pytestmark = pytest.mark.usefixtures("quick_hashes")


def log_out(token: Any, header: str | None = None, **body: Any) -> Any:
    client = APIClient(headers={"Authorization": header} if header else {})
    return client.post("/api/logout", {"refreshToken": token, **body})


@pytest.mark.parametrize("header", [None, "Bearer stale", "Basic eDp5", ""])
def test_a_refresh_token_ends_its_session_whatever_the_header(
    user: Any, header: str | None
) -> None:
    pair, other = begin(user), begin(user)
    response = log_out(pair["refreshToken"], header)
    assert (response.status_code, response.content) == (204, b"")
    assert (statuses(pair), statuses(other)) == ((401, 401), (200, 200))


def test_it_is_recorded_with_the_user(user: Any) -> None:
    log_out(begin(user)["refreshToken"])
    event = AuthEvent.objects.get(event="logout")
    assert (event.user_id, event.provider, event.detail) == (user.pk, "auth_jwt", "sessions: 1")


def test_a_refresh_token_that_was_used_ends_the_session_too(user: Any) -> None:
    old = begin(user)
    renewed = refresh(old).json()
    assert log_out(old["refreshToken"]).status_code == 204
    assert statuses(renewed) == (401, 401)


def test_a_dead_session_is_logged_out_again_without_an_event(user: Any) -> None:
    pair = begin(user)
    assert [log_out(pair["refreshToken"]).status_code for _ in range(3)] == [204] * 3
    assert AuthEvent.objects.filter(event="logout").count() == 1


def test_an_expired_session_is_logged_out(user: Any) -> None:
    pair = begin(user)
    Session.objects.update(expires_at=timezone.now())
    assert log_out(pair["refreshToken"]).status_code == 204


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 9000, "x" * 9000])
def test_what_is_no_token_of_ours_ends_nothing(user: Any, token: str) -> None:
    begin(user)
    before = stored()
    assert log_out(token).status_code == 204
    assert stored() == before


def test_an_access_token_is_no_refresh_token(user: Any) -> None:
    pair = begin(user)
    assert log_out(pair["accessToken"]).status_code == 204
    assert statuses(pair) == (200, 200)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"refreshToken": None}, ["#/refreshToken"]),
        ({"refreshToken": 1}, ["#/refreshToken"]),
        ({"refreshToken": "\0"}, ["#/refreshToken"]),
        ({"refreshToken": ["x"]}, ["#/refreshToken"]),
        ({"refreshToken": "x", "token": "x"}, ["#/token"]),
        ({"refreshToken": "x", "everywhere": "yes"}, ["#/everywhere"]),
        ({"refreshToken": "x", "everywhere": True}, ["#/everywhere"]),
    ],
)
def test_a_body_of_another_shape_is_refused(user: Any, body: Any, pointers: list[str]) -> None:
    begin(user)
    before = stored()
    assert find_pointers(APIClient().post("/api/logout", body)) == pointers
    assert stored() == before


@pytest.mark.parametrize("body", [None, {}, {"everywhere": True}, {"x": 1}, [], "x"])
def test_without_a_refresh_token_the_caller_has_to_be_known(
    user: Any, api: APIClient, body: Any
) -> None:
    begin(user)
    before = stored()
    assert_problem(api.post("/api/logout", body), 401)
    assert stored() == before


def open_admin(name: str) -> Client:
    browser = Client()
    browser.post("/admin/login/", {"username": name, "password": name})
    assert browser.get("/admin/").status_code == 200
    return browser


@pytest.fixture
def staff(user: Any) -> Any:
    user.is_staff = True
    user.save()
    return user


@pytest.mark.parametrize("by", ["token", "password"])
def test_everywhere_ends_the_sessions_of_the_admin_too(staff: Any, admin: Any, by: str) -> None:
    browsers, foreign = [open_admin("ada"), open_admin("ada")], open_admin("admin")
    token = begin(staff)["accessToken"]
    header = f"Bearer {token}" if by == "token" else make_basic_header("ada", "ada")
    assert (
        APIClient(headers={"Authorization": header})
        .post("/api/logout", {"everywhere": True})
        .status_code
        == 204
    )
    assert [browser.get("/admin/").status_code for browser in browsers] == [302, 302]
    assert foreign.get("/admin/").status_code == 200
    event = AuthEvent.objects.filter(event="logout", provider="session").get()
    assert (event.user_id, event.detail) == (staff.pk, "everywhere, sessions: 2")


def test_one_logout_leaves_the_admin_open(staff: Any) -> None:
    browser = open_admin("ada")
    use(begin(staff), "post", "/api/logout")
    assert browser.get("/admin/").status_code == 200


def test_what_cannot_be_recorded_ends_nothing(staff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, pair = open_admin("ada"), begin(staff)
    before = stored(), BrowserSession.objects.count()
    monkeypatch.setattr(AuthEvent._meta, "db_table", "nowhere")
    assert use(pair, "post", "/api/logout", {"everywhere": True}).status_code == 503
    assert (stored(), BrowserSession.objects.count()) == before
    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("engine", ["cached_db", "cache", "signed_cookies"])
def test_everywhere_works_with_every_engine_of_sessions(
    staff: Any, settings: Any, engine: str
) -> None:
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    browser = open_admin("ada")
    assert use(begin(staff), "post", "/api/logout", {"everywhere": True}).status_code == 204
    assert browser.get("/admin/").status_code == (302 if engine == "cached_db" else 200)


def test_logging_out_reads_no_session_of_the_admin(user: Any) -> None:
    pair = begin(user)
    with CaptureQueriesContext(connection) as queries:
        use(pair, "post", "/api/logout")
    assert not [query for query in queries if "django_session" in query["sql"]]
