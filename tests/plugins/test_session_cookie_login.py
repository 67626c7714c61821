"""Django's session cookie: a login sets it, a logout clears it, and it opens every surface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auth_core.models import AuthEvent, EventName
from tests.logins import try_admin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes", "session_first")]
LOGIN = {"username": "ada", "password": "ada"}
MUTATION = {
    "query": 'mutation { login(credentials: {username: "ada", password: "ada"}) { username accessToken } }'
}
JSON = "application/json"


def log_in(client: Client, **headers: str) -> Any:
    return client.post("/api/login", LOGIN, content_type=JSON, headers=headers)


def log_out(client: Client, **body: Any) -> int:
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    return client.post("/api/logout", body, content_type=JSON, headers=token).status_code


def test_a_login_sets_both_cookies(browser: Client, user: Any, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    answer = log_in(browser)
    assert answer.status_code == 201
    assert answer.json().keys() == {"id", "username", "roles", "csrfToken"}
    session, token = answer.cookies["sessionid"], answer.cookies["csrftoken"]
    assert (session["httponly"], session["secure"], session["samesite"]) == (True, True, "Lax")
    # The page's script reads it.
    assert (token["httponly"], token["secure"], token["samesite"]) == ("", True, "Lax")
    assert answer["Cache-Control"] == "no-store"
    assert browser.get("/api/me").json()["username"] == "ada"


def test_graphql_logs_in_as_well(browser: Client, user: Any) -> None:
    answer = browser.post("/graphql", MUTATION, content_type=JSON)
    assert answer.json() == {"data": {"login": {"username": "ada", "accessToken": None}}}
    assert answer.cookies.keys() == {"sessionid", "csrftoken"}
    assert browser.get("/graphql?query={userInfo{username}}").json()["data"]["userInfo"]


@pytest.mark.parametrize("body", [LOGIN | {"password": "wrong"}, {"username": 1}, []])
def test_a_failed_login_sets_no_cookie(browser: Client, user: Any, body: Any) -> None:
    answer = browser.post("/api/login", body, content_type=JSON)
    assert answer.status_code in (400, 401)
    assert not answer.cookies
    assert not Session.objects.exists()


def test_it_is_audited_once(browser: Client, user: Any) -> None:
    log_in(browser)
    browser.get("/api/me")
    logins = AuthEvent.objects.filter(event=EventName.LOGIN)
    assert [event.provider for event in logins] == ["auth_session"]
    assert log_out(browser) == 204
    assert AuthEvent.objects.filter(event=EventName.LOGOUT).count() == 1


def test_a_login_that_is_not_audited_leaves_nothing(
    browser: Client, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AuthEvent, "save", _fail)
    for path, body, status in (("/api/login", LOGIN, 503), ("/graphql", MUTATION, 200)):
        answer = browser.post(path, body, content_type=JSON)
        assert answer.status_code == status
        assert not answer.cookies
        assert not Session.objects.exists()


def test_the_key_of_a_session_changes_at_each_login(browser: Client, user: Any) -> None:
    browser.cookies["sessionid"] = planted = "attackerattackerattackerattacker"
    log_in(browser)
    first = browser.cookies["sessionid"].value
    log_in(browser)
    second = browser.cookies["sessionid"].value
    assert len({planted, first, second}) == 3
    assert [session.pk for session in Session.objects.all()] == [second]


def test_a_logout_ends_the_session_and_clears_the_cookie(browser: Client, user: Any) -> None:
    log_in(browser)
    copied = browser.cookies["sessionid"].value
    assert log_out(browser) == 204
    assert browser.cookies["sessionid"].value == ""
    assert browser.get("/api/me").status_code == 401
    browser.cookies["sessionid"] = copied
    assert browser.get("/api/me").status_code == 401


def test_everywhere_ends_all_of_the_user_and_of_nobody_else(
    browser: Client, user: Any, another_admin: Any
) -> None:
    others = [Client(), Client()]
    for each in others:
        log_in(each)
    stranger = Client()
    stranger.force_login(another_admin)
    log_in(browser)
    assert log_out(browser, everywhere=True) == 204
    assert [each.get("/api/me").status_code for each in (browser, *others)] == [401, 401, 401]
    assert stranger.get("/api/me").status_code == 200


def test_a_logout_that_fails_ends_nothing(
    browser: Client, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(browser)
    log_in(Client())
    whole, events = AuthEvent.save, []

    def fail_later(self: AuthEvent, **values: Any) -> None:
        """Record that the caller's own session has ended, and fail for the other one."""
        events.append(self)
        whole(self, **values) if len(events) == 1 else _fail()

    with monkeypatch.context() as patch:
        patch.setattr(AuthEvent, "save", fail_later)
        assert log_out(browser, everywhere=True) == 503
    assert len(events) == 2
    assert browser.get("/api/me").status_code == 200


def _fail(*_: Any, **__: Any) -> None:
    raise DatabaseError


def end_by_password(user: Any) -> None:
    user.set_password("another password of ada")
    user.save()


def end_by_activity(user: Any) -> None:
    user.is_active = False
    user.save()


def end_by_deletion(user: Any) -> None:
    user.delete()


@pytest.mark.parametrize("end", [end_by_password, end_by_activity, end_by_deletion])
def test_it_ends_with_the_account(browser: Client, user: Any, end: Callable[[Any], None]) -> None:
    log_in(browser)
    end(user)
    assert browser.get("/api/me").status_code == 401


def test_it_outlives_a_change_of_the_secret_key(browser: Client, user: Any, settings: Any) -> None:
    log_in(browser)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-key-for-the-tests-and-nothing-else"
    assert browser.get("/api/me").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert browser.get("/api/me").status_code == 401


def test_a_login_in_the_admin_opens_the_api_and_the_other_way_round(user: Any) -> None:
    user.is_staff = True
    user.save()
    staff = Client()
    staff.cookies = try_admin("ada", "ada").cookies
    assert staff.get("/api/me").json()["username"] == "ada"
    caller = Client()
    log_in(caller)
    assert caller.get("/admin/").status_code == 200


def test_a_request_costs_two_queries_before_its_own(browser: Client, user: Any) -> None:
    log_in(browser)
    browser.get("/api/me")
    with CaptureQueriesContext(connection) as queries:
        assert browser.get("/api/me").status_code == 200
    assert len(queries) == 2, [query["sql"] for query in queries]
    with CaptureQueriesContext(connection) as queries:
        assert Client().get("/api/me").status_code == 401
    assert not queries


@pytest.mark.parametrize("stale", ["x" * 32, ""])
def test_a_stale_cookie_is_no_credential(user: Any, stale: str) -> None:
    """A browser sends it for weeks, also with a login and with other credentials."""
    client = Client(headers={"Cookie": f"sessionid={stale}"})
    assert client.get("/api/me").status_code == 401
    assert log_in(client).status_code == 201
    assert not AuthEvent.objects.filter(event=EventName.FAILURE).exists()


@pytest.mark.parametrize("cookie", ["short", "é" * 20, "x\x00" * 20, '"' * 50, "x" * 5_000])
def test_a_malformed_cookie_is_a_401(user: Any, cookie: str) -> None:
    answer = Client(headers={"Cookie": f"sessionid={cookie}"}).get("/api/me")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_answers_vary_by_the_cookie(browser: Client, user: Any) -> None:
    log_in(browser)
    for client in (browser, Client()):
        assert "cookie" in client.get("/api/me")["Vary"].lower()


def test_the_engine_may_be_another(browser: Client, user: Any, settings: Any) -> None:
    for engine in ("signed_cookies", "cached_db", "cache"):
        settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
        client = Client()
        assert log_in(client).status_code == 201
        assert client.get("/api/me").json()["username"] == "ada", engine


def test_the_document_has_the_cookie_and_the_answer(user: Any) -> None:
    document = Client().get("/api/schema").json()
    assert document["components"]["schemas"]["Login"]["required"] == [
        "csrfToken",
        "id",
        "roles",
        "username",
    ]
    scheme = document["components"]["securitySchemes"]["auth_session"]
    assert (scheme["in"], scheme["name"]) == ("cookie", django_settings.SESSION_COOKIE_NAME)
