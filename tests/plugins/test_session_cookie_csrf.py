"""What the session cookie may do without the token: reading by GET, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.checks import run_checks
from django.test import Client, override_settings
from django.urls import reverse

from auth_core.checks import PLUGINS
from auth_core.models import AuthEvent, EventName
from auth_session.apps import AuthSessionConfig
from tests.conftest import make_basic_header

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes", "session_first")]
LOGIN = {"username": "ada", "password": "ada"}
JSON = "application/json"
QUERY = {"query": "{ userInfo { username } }"}
OWN, FOREIGN = "http://testserver", "https://evil.example"
UNSAFE = [
    ("post", "/api/customers", {"firstName": "Grace"}),
    ("post", "/api/logout", {}),
    ("post", "/api/me/password", {"currentPassword": "ada", "newPassword": "analytical engine"}),
    ("patch", "/api/customers/x", {"phone": "1"}),
    ("delete", "/api/customers/x", {}),
    ("put", "/api/customers/x/orders", []),
]


@pytest.fixture
def caller(browser: Client, user: Any) -> Client:
    answer = browser.post("/api/login", LOGIN, content_type=JSON)
    assert answer.status_code == 201
    return browser


def make_token(client: Client) -> dict[str, str]:
    return {"X-CSRFToken": client.cookies["csrftoken"].value}


@pytest.mark.parametrize(("method", "path", "body"), UNSAFE)
@pytest.mark.parametrize("token", [None, "", "x" * 32, "é"])
def test_every_unsafe_request_needs_the_token(
    caller: Client, method: str, path: str, body: Any, token: str | None
) -> None:
    headers = {} if token is None else {"X-CSRFToken": token}
    answer = getattr(caller, method)(path, body, content_type=JSON, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    detail = answer.json()["detail"]
    assert "X-CSRFToken" in detail
    assert "csrftoken" in detail
    assert caller.get("/api/me").status_code == 200


def test_the_token_of_another_cookie_is_refused(caller: Client) -> None:
    stranger = Client()
    stranger.post("/api/login", LOGIN, content_type=JSON)
    body = {"firstName": "Grace"}
    answer = caller.post("/api/customers", body, content_type=JSON, headers=make_token(stranger))
    assert answer.status_code == 403


def test_with_the_token_of_the_cookie_or_the_answer_it_may(browser: Client, admin: Any) -> None:
    login = {"username": "admin", "password": "admin"}
    answer = browser.post("/api/login", login, content_type=JSON)
    body = {"firstName": "Grace"}
    for token in ({"X-CSRFToken": answer.json()["csrfToken"]}, make_token(browser)):
        made = browser.post("/api/customers", body, content_type=JSON, headers=token)
        assert made.status_code == 201


def test_graphql_by_post_needs_it_for_queries_too(caller: Client) -> None:
    path = reverse("graphql")
    (error,) = caller.post(path, QUERY, content_type=JSON).json()["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "X-CSRFToken" in error["message"]
    answer = caller.post(path, QUERY, content_type=JSON, headers=make_token(caller))
    assert answer.json() == {"data": {"userInfo": {"username": "ada"}}}
    assert caller.get(path, QUERY).json() == {"data": {"userInfo": {"username": "ada"}}}


def test_a_request_with_authorization_is_not_touched(caller: Client) -> None:
    basic = {"Authorization": make_basic_header("ada", "ada")}
    answer = caller.post("/api/logout", {}, content_type=JSON, headers=basic)
    assert answer.status_code == 204
    # Basic has no session to end.
    assert caller.get("/api/me").status_code == 200
    wrong = {"Authorization": "Nothing known"}
    assert caller.get("/api/me", headers=wrong).status_code == 401


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://testserver.evil.example", "]["])
def test_the_origin_must_be_the_services(caller: Client, origin: str) -> None:
    headers = make_token(caller) | {"Origin": origin}
    answer = caller.post("/api/logout", {}, content_type=JSON, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert caller.get("/api/me").status_code == 200


@pytest.mark.parametrize("origin", [FOREIGN, "null"])
def test_another_sites_page_logs_nobody_in(browser: Client, user: Any, origin: str) -> None:
    mutation = 'mutation { login(credentials: {username: "ada", password: "ada"}) { id } }'
    for path, body in (("/api/login", LOGIN), ("/graphql", {"query": mutation})):
        answer = browser.post(path, body, content_type=JSON, headers={"Origin": origin})
        assert not answer.cookies
        assert answer.status_code == (403 if path == "/api/login" else 200)
    assert not Session.objects.exists()
    assert not AuthEvent.objects.filter(event=EventName.LOGIN).exists()


def test_a_form_logs_nobody_in(browser: Client, user: Any) -> None:
    """A page can send these without asking the service before (Fetch, "simple requests")."""
    text = '{"username":"ada","password":"ada"}'
    forms = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "")
    for form in forms:
        assert browser.generic("POST", "/api/login", text, form).status_code == 415


def test_own_and_trusted_origins_are_good(browser: Client, user: Any, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://app.example.org"]
    for origin in (OWN, "https://app.example.org"):
        headers = {"Origin": origin}
        answer = browser.post("/api/login", LOGIN, content_type=JSON, headers=headers)
        assert answer.status_code == 201
        headers |= make_token(browser)
        assert (
            browser.post("/api/logout", {}, content_type=JSON, headers=headers).status_code == 204
        )


def test_the_token_may_be_kept_in_the_session(browser: Client, user: Any, settings: Any) -> None:
    settings.CSRF_USE_SESSIONS = True
    answer = browser.post("/api/login", LOGIN, content_type=JSON)
    assert answer.cookies.keys() == {"sessionid"}
    token = {"X-CSRFToken": answer.json()["csrfToken"]}
    assert browser.post("/api/logout", {}, content_type=JSON).status_code == 403
    assert browser.post("/api/logout", {}, content_type=JSON, headers=token).status_code == 204


def test_its_middleware_must_be_there(settings: Any) -> None:
    (needed,) = AuthSessionConfig.auth_middleware
    assert not _find_faults()
    without = [path for path in settings.MIDDLEWARE if path != needed]
    for middleware in (without, [*without, needed]):
        with override_settings(MIDDLEWARE=middleware):
            assert "auth_session.E001" in _find_faults()
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    assert _find_faults() == {"auth_session.W001"}


def _find_faults() -> set[str | None]:
    return {found.id for found in run_checks(tags=[PLUGINS])}
