"""The authorization code flow at a real issuer, as a page goes through it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from rest_framework.exceptions import AuthenticationFailed

from auth_core.models import AuthEvent
from auth_oidc import finished, flow, pending
from auth_oidc.flow import make_challenge
from auth_oidc.identities import link
from auth_oidc.models import FinishedLogin
from auth_oidc.published import find_publisher
from auth_oidc.tokens import verify_id_token
from tests.plugins.mfa import enrol, show_code
from tests.plugins.oidc import (
    VERIFIER,
    IssuerProcess,
    begin,
    come_back,
    exchange,
    log_in_at_issuer,
    run_flow,
    run_issuer,
)

pytestmark = [pytest.mark.exhaustive, pytest.mark.django_db]
CHALLENGE = make_challenge(VERIFIER)
APP = {"next": "/app", "code_challenge": CHALLENGE}
SUBJECT = "ada-at-issuer"


@pytest.fixture(scope="module")
def issuer() -> Iterator[IssuerProcess]:
    with run_issuer() as process:
        yield process


@pytest.fixture(autouse=True)
def configured(issuer: IssuerProcess, settings: Any) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(origins=("https://app.example.org",))]
    # As without HTTPS: the test's client sends no secure cookies.
    settings.SESSION_COOKIE_SECURE = False
    settings.PUBLIC_URL = "http://testserver"
    find_publisher.cache_clear()


@pytest.fixture
def ada(user: Any, issuer: IssuerProcess) -> Any:
    link(user, issuer.address, SUBJECT)
    return user


def test_a_page_gets_what_a_login_answers(ada: Any, issuer: IssuerProcess) -> None:
    issuer.ask("people", **{SUBJECT: {"realm_access": {"roles": ["admin", "ruler"]}}})
    answer = exchange(Client(), run_flow(Client(), SUBJECT)["code"])
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    found = answer.json()
    assert (found["username"], found["roles"], found["tokenType"]) == ("ada", ["admin"], "Bearer")
    headers = {"Authorization": f"Bearer {found['accessToken']}"}
    assert Client().get("/api/me", headers=headers).status_code == 200
    assert AuthEvent.objects.filter(event="login", provider="auth_oidc", user=ada).count() == 1
    issuer.ask("people", **{SUBJECT: {}})


def test_a_secret_may_be_sent_in_the_form(
    ada: Any, issuer: IssuerProcess, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = {"client_id": "posting", "client_secret": "another secret"}
    settings.OIDC_ISSUERS = [issuer.describe(**client)]
    document: Any = find_publisher(settings.OIDC_ISSUERS[0]).read().document
    monkeypatch.setitem(document, "token_endpoint_auth_methods_supported", ["client_secret_post"])
    assert "code" in run_flow(Client(), SUBJECT)


def test_a_wrong_secret_is_no_login(ada: Any, issuer: IssuerProcess, settings: Any) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(client_secret="wrong")]
    assert run_flow(Client(), SUBJECT) == {"error": "login_failed"}
    event = AuthEvent.objects.get(event="failure")
    assert (event.provider, event.detail) == ("auth_oidc", "login_failed")


def test_a_code_is_good_once_and_for_its_page(ada: Any) -> None:
    code = run_flow(Client(), SUBJECT)["code"]
    assert exchange(Client(), code, "a verifier of another page").status_code == 401
    assert exchange(Client(), code + "x").status_code == 401
    assert exchange(Client(), code).status_code == 201
    assert exchange(Client(), code).status_code == 401
    row = FinishedLogin.objects.get()
    assert code not in str(vars(row))


def test_a_code_does_not_live_long(ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    code = run_flow(Client(), SUBJECT)["code"]
    monkeypatch.setattr(finished, "CODE_LIFE", finished.CODE_LIFE * 0)
    assert exchange(Client(), code).status_code == 401


def test_a_state_is_good_once(ada: Any) -> None:
    browser = Client()
    back = log_in_at_issuer(begin(browser, **APP), SUBJECT)
    cookies = browser.cookies.copy()
    assert "#code=" in come_back(browser, back)["Location"]
    assert browser.cookies["oidc"].value == ""
    for kept in ({}, cookies):
        browser.cookies.update(kept)
        assert come_back(browser, back).status_code == 400
    assert FinishedLogin.objects.count() == 1


def test_another_browser_cannot_finish_a_login(ada: Any) -> None:
    """Neither the code nor the state of someone else logs a browser in (login CSRF)."""
    browser, other = Client(), Client()
    back = log_in_at_issuer(begin(browser, **APP), SUBJECT)
    assert come_back(Client(), back).status_code == 400
    begin(other, **APP)
    assert come_back(other, back).status_code == 400
    own_state = parse_qs(urlsplit(begin(other, **APP)).query)["state"][0]
    code = parse_qs(urlsplit(back).query)["code"][0]
    injected = f"{back.partition('?')[0]}?code={code}&state={own_state}"
    assert come_back(other, injected)["Location"] == "/app#error=login_failed"
    assert not FinishedLogin.objects.exists()


def test_the_cookie_is_signed_short_lived_and_hidden(ada: Any, monkeypatch: Any) -> None:
    browser = Client()
    back = log_in_at_issuer(begin(browser, **APP), SUBJECT)
    cookie = browser.cookies["oidc"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 600)
    monkeypatch.setattr(pending, "LIFE", -1)
    assert come_back(browser, back).status_code == 400
    monkeypatch.undo()
    browser.cookies["oidc"] = cookie.value[:-2] + "xx"
    assert come_back(browser, back).status_code == 400


def test_in_production_the_cookie_is_of_this_host_alone(ada: Any, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    browser = Client()
    begin(browser, **APP)
    cookie = browser.cookies["__Host-oidc"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


@pytest.mark.parametrize(
    "goal",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "app",
     "/app#x", "https://app.example.org.evil.example", "https://app.example.org@evil.example",
     "https://[", "/a\r\nb", "/" + "a" * 1000],
)  # fmt: skip
def test_a_login_leads_to_no_strange_address(goal: str) -> None:
    for more in ({}, {"code_challenge": CHALLENGE}):
        answer = Client().get("/account/oidc/main/login", {"next": goal, **more})
        assert answer.status_code == 400
        assert "Location" not in answer


def test_a_login_leads_to_a_named_origin(ada: Any) -> None:
    assert "code" in run_flow(Client(), SUBJECT, next="https://app.example.org/app?x=1")


@pytest.mark.parametrize(
    "query",
    [{"code_challenge": "short"}, {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
     {"link": "true"}],
)  # fmt: skip
def test_wrong_parameters_are_refused(query: dict[str, str]) -> None:
    assert Client().get("/account/oidc/main/login", query).status_code == 400


def test_only_issuers_with_a_client_have_a_login(settings: Any, issuer: IssuerProcess) -> None:
    for path in ("nobody/login", "nobody/callback"):
        assert Client().get(f"/account/oidc/{path}").status_code == 404
    settings.OIDC_ISSUERS = [issuer.describe(client_id="")]
    assert Client().get("/account/oidc/main/login").status_code == 404
    assert Client().post("/account/oidc/main/login").status_code == 405


def test_an_unknown_subject_is_told_so(issuer: IssuerProcess) -> None:
    assert run_flow(Client(), "stranger") == {"error": "unknown_account"}
    assert not get_user_model().objects.exists()


def test_a_refusal_at_the_issuer_leads_back(ada: Any) -> None:
    browser = Client()
    query = parse_qs(urlsplit(begin(browser, **APP)).query)
    back = f"{query['redirect_uri'][0]}?error=access_denied&state={query['state'][0]}"
    assert come_back(browser, back)["Location"] == "/app#error=access_denied"


def test_an_answer_of_another_issuer_is_refused(ada: Any) -> None:
    browser = Client()
    back = log_in_at_issuer(begin(browser, **APP), SUBJECT)
    for other in ("&iss=http%3A%2F%2F128.0.0.1", ""):
        mixed = back.partition("&iss=")[0] + other
        cookies = browser.cookies.copy()
        assert come_back(browser, mixed)["Location"] == "/app#error=login_failed"
        browser.cookies.update(cookies)
    assert "#code=" in come_back(browser, back)["Location"]


def test_the_nonce_binds_the_token_to_the_login(
    ada: Any, issuer: IssuerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: tuple[dict[str, Any], ...] = ({}, {"nonce": "other"})
    for claims in given:
        answer = 200, {"id_token": issuer.sign(aud="service", **claims)}
        monkeypatch.setattr(flow, "post_form", lambda *_, answer=answer: answer)
        assert run_flow(Client(), SUBJECT) == {"error": "login_failed"}


@pytest.mark.parametrize(
    ("claims", "good"),
    [({}, "yes"), ({"azp": "service"}, "yes"), ({"aud": ["service", "x"], "azp": "service"}, "yes"),
     ({"aud": "urn:service"}, ""), ({"azp": "other"}, ""), ({"aud": ["service", "x"]}, ""),
     ({"exp": 1}, ""), ({"iss": "https://login.example.org"}, "")],
)  # fmt: skip
def test_an_id_token_is_for_us_alone(issuer: IssuerProcess, claims: Any, good: str) -> None:
    token = issuer.sign(**{"aud": "service"} | claims)
    with nullcontext() if good else pytest.raises(AuthenticationFailed):
        verify_id_token(issuer.describe(), token, time.time())


def test_second_steps_are_asked_with_the_code(ada: Any) -> None:
    enrol(ada)
    code = run_flow(Client(), SUBJECT)["code"]
    for more, reason in (
        ({}, "second_factor_required"),
        ({"otp": "000000"}, "second_factor_wrong"),
    ):
        answer = exchange(Client(), code, **more)
        assert (answer.status_code, answer.json()["code"]) == (401, reason)
    # The code is not used up by a step that was missing or wrong.
    assert exchange(Client(), code, otp=show_code()).status_code == 201
    assert exchange(Client(), code, otp=show_code(later=1)).status_code == 401


def test_an_inactive_account_stays_closed(ada: Any) -> None:
    code = run_flow(Client(), SUBJECT)["code"]
    ada.is_active = False
    ada.save()
    assert exchange(Client(), code).status_code == 401


def test_without_a_public_address_the_host_of_the_request_is_taken(settings: Any) -> None:
    for public, callback in (
        ("", "http://testserver/account/oidc/main/callback"),
        ("https://api.example.org/", "https://api.example.org/account/oidc/main/callback"),
    ):
        settings.PUBLIC_URL = public
        query = parse_qs(urlsplit(begin(Client(), **APP)).query)
        assert query["redirect_uri"] == [callback]


@pytest.mark.parametrize("body", [{}, {"code": "x"}, {"code": 1, "codeVerifier": "x"}, [], "x"])
def test_a_bad_body_is_a_400(body: Any) -> None:
    answer = Client().post("/api/oidc/token", body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
def test_of_64_exchanges_at_once_one_wins(ada: Any) -> None:
    code = run_flow(Client(), SUBJECT)["code"]
    seen = ask_at_once(lambda: exchange(Client(), code).status_code)
    assert sorted(seen) == [201] + [401] * 63


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
def test_of_64_returns_with_a_state_at_once_one_wins(ada: Any) -> None:
    browser = Client()
    back = log_in_at_issuer(begin(browser, **APP), SUBJECT)

    def ask() -> bool:
        same = Client()
        same.cookies.update(browser.cookies)
        return "#code=" in come_back(same, back).get("Location", "")

    assert sum(ask_at_once(ask)) == 1
    assert FinishedLogin.objects.count() == 1


def ask_at_once(ask: Callable[[], Any]) -> list[Any]:
    """Return what 64 threads got."""
    seen: list[Any] = []

    def run() -> None:
        try:
            seen.append(ask())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(seen) == 64
    return seen


@pytest.mark.parametrize(("wanted", "known"), [("true", True), ("", False)])
def test_a_recent_login_is_asked_of_the_issuer(ada: Any, wanted: str, *, known: bool) -> None:
    exchange(Client(), run_flow(Client(), SUBJECT, recent=wanted)["code"])
    assert (FinishedLogin.objects.get().authenticated_at is not None) is known
