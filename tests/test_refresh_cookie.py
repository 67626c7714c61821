"""JWT_REFRESH_COOKIE: the refresh token of a page is in a cookie, and not in any answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from auth_core.asvs.run import audit_service
from auth_core.models import AuthEvent
from auth_jwt.models import Session
from tests.sessions import begin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
LOGIN = {"username": "ada", "password": "ada"}
JSON = "application/json"
OWN, FOREIGN = {"Origin": "http://testserver"}, {"Origin": "https://evil.example"}
NAMES = {"refresh_token", "logout_token"}


@pytest.fixture(autouse=True)
def switched_on(settings: Any) -> None:
    settings.JWT_REFRESH_COOKIE = True


@pytest.fixture
def page(user: Any) -> Client:
    client = Client(headers=OWN)
    assert client.post("/api/login", LOGIN, content_type=JSON).status_code == 201
    return client


def refresh(client: Client, body: Any = None, **headers: str) -> Any:
    return client.post("/api/token/refresh", body or {}, content_type=JSON, headers=headers)


def copy_cookies(client: Client) -> Client:
    copied = Client(headers=OWN)
    for name in NAMES:
        copied.cookies[name] = client.cookies[name].value
    return copied


def is_live() -> bool:
    return Session.objects.get().revoked_at is None


def test_a_login_puts_it_into_two_cookies(user: Any, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    answer = Client().post("/api/login", LOGIN, content_type=JSON, headers=OWN)
    assert "accessToken" in answer.json()
    assert "refreshToken" not in answer.json()
    assert answer.cookies.keys() == NAMES
    assert answer.cookies["refresh_token"]["path"] == "/api/token/refresh"
    assert answer.cookies["logout_token"]["path"] == "/api/logout"
    for cookie in answer.cookies.values():
        flags = (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["domain"])
        assert flags == (True, True, "Strict", "")
        assert cookie["max-age"] == answer.json()["refreshExpiresIn"]


def test_graphql_puts_it_there_too(user: Any) -> None:
    login = 'mutation { login(credentials: {username: "ada", password: "ada"}) { accessToken } }'
    answer = Client().post("/graphql", {"query": login}, content_type=JSON, headers=OWN)
    assert answer.json()["data"]["login"]["accessToken"]
    assert answer.cookies.keys() == NAMES


def test_a_refresh_needs_no_body_and_changes_the_cookies(page: Client) -> None:
    old = page.cookies["refresh_token"].value
    for _ in range(2):
        answer = page.generic("POST", "/api/token/refresh")
        assert answer.status_code == 200, answer.content
        assert "refreshToken" not in answer.json()
    new = {page.cookies[name].value for name in NAMES}
    assert len(new) == 1
    assert old not in new


def test_within_the_grace_a_replay_gives_the_same_cookies(page: Client) -> None:
    copied = copy_cookies(page)
    for client in (page, copied):
        assert refresh(client).status_code == 200
    assert page.cookies["refresh_token"].value == copied.cookies["refresh_token"].value


def test_later_a_replay_ends_the_session(page: Client, settings: Any) -> None:
    settings.JWT_REFRESH_GRACE = timedelta(seconds=-1)
    copied = copy_cookies(page)
    assert refresh(page).status_code == 200
    answer = refresh(copied)
    assert answer.status_code == 401
    # The cookies of another tab may be the good ones.
    assert not answer.cookies
    assert refresh(page).status_code == 401
    assert AuthEvent.objects.filter(event="replay").count() == 1


def test_a_logout_ends_the_session_and_clears_the_cookies(page: Client) -> None:
    copied = copy_cookies(page)
    stale = {"Authorization": "Bearer stale"}
    assert page.generic("POST", "/api/logout", headers=stale).status_code == 204
    assert {page.cookies[name].value for name in NAMES} == {""}
    assert not is_live()
    assert refresh(copied).status_code == 401
    assert AuthEvent.objects.filter(event="logout").count() == 1


def test_a_logout_everywhere_needs_the_access_token(page: Client, user: Any) -> None:
    everywhere = {"everywhere": True}
    assert page.post("/api/logout", everywhere, content_type=JSON).status_code == 401
    token = {"Authorization": f"Bearer {refresh(page).json()['accessToken']}"}
    answer = page.post("/api/logout", everywhere, content_type=JSON, headers=token)
    assert answer.status_code == 204
    assert answer.cookies.keys() == NAMES
    assert not is_live()


def test_a_page_of_another_origin_can_use_no_cookie(page: Client) -> None:
    for path in ("/api/token/refresh", "/api/logout"):
        answer = page.post(path, {}, content_type=JSON, headers=FOREIGN)
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
        assert not answer.cookies
    assert is_live()


def test_a_page_of_another_origin_gets_none(user: Any) -> None:
    """It keeps the token itself, as ever; a cookie would log its visitors in."""
    answer = Client().post("/api/login", LOGIN, content_type=JSON, headers=FOREIGN)
    assert not answer.cookies
    assert "refreshToken" in answer.json()


def test_a_client_with_a_token_of_its_own_is_answered_as_ever(user: Any) -> None:
    answer = refresh(Client(), {"refreshToken": begin(user)["refreshToken"]})
    assert not answer.cookies
    token = answer.json()["refreshToken"]
    assert (
        Client().post("/api/logout", {"refreshToken": token}, content_type=JSON).status_code == 204
    )
    assert not is_live()


@pytest.mark.parametrize("cookie", ["", "x", "é", "e30.e30.e30", "x" * 9_000])
def test_a_bad_cookie_is_refused(user: Any, cookie: str) -> None:
    client = Client(headers={"Cookie": f"refresh_token={cookie}"})
    answer = client.generic("POST", "/api/token/refresh")
    assert answer.status_code == (401 if cookie else 400)
    assert answer["Content-Type"] == "application/problem+json"


def test_the_document_has_the_token_where_a_client_may_need_it(user: Any, settings: Any) -> None:
    def required(name: str) -> bool:
        schemas = Client().get("/api/schema").json()["components"]["schemas"]
        return "refreshToken" in schemas[name].get("required", [])

    names = ("Login", "TokenPair", "RefreshRequest")
    assert [required(name) for name in names] == [False, False, False]


def test_off_it_reads_and_sets_no_cookie(page: Client, settings: Any) -> None:
    settings.JWT_REFRESH_COOKIE = False
    assert refresh(page).status_code == 400
    assert page.generic("POST", "/api/logout").status_code == 401
    answer = Client().post("/api/login", LOGIN, content_type=JSON, headers=OWN)
    assert not answer.cookies
    assert "refreshToken" in answer.json()


def test_auth_audit_finds_the_tokens(user: Any) -> None:
    found = {each.id: each for each in audit_service()}
    for name in ("7.2.4", "7.3.1", "7.4.1", "7.5.2", "9.2.2", "10.4.5"):
        assert found[name].outcome == "pass", found[name]
