"""When a caller last authenticated, as each provider knows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.test import APIClient

from auth_apikey.models import ApiKey
from auth_core.signals import LOGIN_TIME
from auth_oidc import pending
from auth_oidc.finished import finish
from auth_oidc.flow import make_challenge
from auth_oidc.identities import find_linked, link
from auth_oidc.provider import OidcProvider
from tests.graph import ask_error
from tests.plugins.apikeys import call_with, make_key
from tests.plugins.mfa import enrol, show_code
from tests.sessions import begin
from tests.shop.models import Order
from tests.shop.viewsets import OrderViewSet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
CODE, ROUTE = "insufficient_user_authentication", "/api/me/reauthenticate"
ISSUER, VERIFIER = "https://login.example.org", "v" * 43
PROXY = "a-secret-of-the-proxy-for-the-tests-and-no-more admin"


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(OrderViewSet, "requires_recent_auth", ("delete",))
    return f"/api/orders/{Order.objects.create(quantity=1).pk}"


def test_an_api_key_is_never_recent_and_not_renewed(path: str, admin: Any) -> None:
    client = call_with(make_key(admin))
    assert client.delete(path).json()["code"] == CODE
    assert client.post(ROUTE, {"currentPassword": "admin"}).status_code == 403
    limited = call_with(make_key(admin, "other", actions=["delete"]))
    assert limited.delete(path).json()["code"] == CODE
    assert limited.post(ROUTE, {"currentPassword": "admin"}).status_code == 403
    assert Order.objects.exists()


def test_a_user_of_a_proxy_is_never_recent(path: str, admin: Any) -> None:
    client = APIClient(headers={"X-Forwarded-User": PROXY})
    assert client.get("/api/me").json()["username"] == "admin"
    assert client.delete(path).json()["code"] == CODE


def test_a_cookie_is_as_old_as_its_login_and_is_renewed(
    path: str, admin: Any, session_first: None
) -> None:
    browser = Client()
    login = {"username": "admin", "password": "admin"}
    browser.post("/api/login", login, content_type="application/json")
    session = browser.session
    session[LOGIN_TIME] -= 301
    session.save()
    assert browser.delete(path).json()["code"] == CODE
    body = {"currentPassword": "admin"}
    answer = browser.post(ROUTE, body, content_type="application/json")
    assert (answer.status_code, browser.session.session_key) == (204, session.session_key)
    assert browser.delete(path).status_code == 200


@pytest.mark.parametrize(
    ("at", "known"),
    [(1.5, True), (None, False), ("1", False), (True, False), (10**300, False), (-1, False)],
)
def test_a_token_of_an_issuer_has_its_own_time(rf: Any, at: Any, known: bool) -> None:  # noqa: FBT001
    request = Request(rf.get("/"))
    request.auth = {"sub": "ada", "auth_time": at}
    assert (OidcProvider().find_authentication_time(request) is not None) is known


def test_a_second_factor_is_asked_for(path: str, admin: Any) -> None:
    enrol(admin)
    client = APIClient(headers={"Authorization": f"Bearer {begin(admin)['accessToken']}"})
    body = {"currentPassword": "admin"}
    assert client.post(ROUTE, body).json()["code"] == "second_factor_required"
    assert client.post(ROUTE, {**body, "otp": show_code()}).status_code == 204
    assert client.post(ROUTE, {**body, "otp": show_code()}).status_code == 401


def test_a_token_of_an_issuer_has_passed_no_second_factor(
    path: str, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It makes no key, which would need no second factor ever after."""
    claims = {"sub": "admin", "auth_time": timezone.now().timestamp()}
    monkeypatch.setattr(OidcProvider, "authenticate", lambda _, request: (admin, claims))
    client, key = APIClient(headers={"Authorization": "Bearer x.y.z"}), {"name": "ci"}
    assert client.post("/api/api-keys", key).status_code == 201
    enrol(admin)
    assert client.post("/api/api-keys", {"name": "other"}).json()["code"] == CODE
    assert client.delete(path).json()["code"] == CODE
    assert ApiKey.objects.count() == 1
    admin.set_unusable_password()
    admin.save()
    assert client.delete("/api/me", {}).json()["code"] == "second_factor_required"
    assert client.post("/api/me/factors/totp", {"otp": show_code()}).status_code == 201


def test_an_old_token_neither_links_nor_takes_away_an_identity(user: Any) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    token = begin(user, authenticated_at=long_ago)["accessToken"]
    client = APIClient(headers={"Authorization": f"Bearer {token}"})
    begun = pending.begin("main", next_url="/", challenge=make_challenge(VERIFIER), links=True)
    body = {"code": finish(begun, ISSUER, {"sub": "thief"}, None), "codeVerifier": VERIFIER}
    path = f"/api/oidc/identities/{link(user, ISSUER, 'own').pk}"
    assert client.post("/api/oidc/link", body).json()["code"] == CODE
    assert client.delete(path).json()["code"] == CODE
    assert (find_linked(ISSUER, "thief"), find_linked(ISSUER, "own")) == (None, user)
    assert client.post(ROUTE, {"currentPassword": "ada"}).status_code == 204
    assert client.post("/api/oidc/link", body).status_code == 201
    assert client.delete(path).status_code == 204


@pytest.mark.parametrize(("ago", "status"), [(3600, 401), (None, 401), (10, 200)])
@pytest.mark.parametrize("by_cookie", [False, True])
def test_a_login_by_an_issuer_is_as_old_as_its_auth_time(
    path: str,
    admin: Any,
    ago: int | None,
    status: int,
    by_cookie: bool,  # noqa: FBT001
    request: pytest.FixtureRequest,
) -> None:
    if by_cookie:
        request.getfixturevalue("session_first")
    claims: dict[str, Any] = {"sub": "ada"}
    if ago is not None:
        claims["auth_time"] = int(timezone.now().timestamp()) - ago
    begun = pending.begin("main", next_url="/", challenge=make_challenge(VERIFIER), links=False)
    body = {"code": finish(begun, ISSUER, claims, admin), "codeVerifier": VERIFIER}
    client = Client()
    made = client.post("/api/oidc/token", body, content_type="application/json").json()
    token = made.get("accessToken")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    assert (token is None) is by_cookie
    assert client.delete(path, headers=headers).status_code == status


def test_an_old_token_makes_no_api_key(user: Any) -> None:
    token = begin(user, authenticated_at=timezone.now() - timedelta(hours=1))["accessToken"]
    client = APIClient(headers={"Authorization": f"Bearer {token}"})
    create = 'mutation { createApiKey(data: {name: "thief"}) { key } }'
    assert client.post("/api/api-keys", {"name": "thief"}).json()["code"] == CODE
    assert ask_error(client, create)["extensions"]["code"] == CODE
    assert not ApiKey.objects.exists()
    assert client.post(ROUTE, {"currentPassword": "ada"}).status_code == 204
    assert client.post("/api/api-keys", {"name": "own"}).status_code == 201


def test_an_old_login_to_the_admin_makes_no_api_key(admin: Any) -> None:
    browser = Client()
    browser.force_login(admin)
    session = browser.session
    session[LOGIN_TIME] -= 301
    session.save()
    form = {"username": "admin", "name": "thief", "expires_at_0": "", "expires_at_1": ""}
    page = browser.post("/admin/auth_apikey/apikey/add/", form)
    assert "This needs a recent login" in page.text
    assert not ApiKey.objects.exists()
