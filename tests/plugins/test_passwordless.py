"""Users without a password: they renew their session and manage factors by other proofs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from auth_core.models import AuthEvent
from auth_core.signals import LOGIN_TIME
from auth_jwt.models import Session
from auth_magic import waiting
from auth_magic.waiting import make_client
from auth_mfa.models import Factor, Passkey
from auth_oidc import pending
from auth_oidc.finished import finish
from auth_oidc.flow import make_challenge
from tests.graph import ask_data, ask_error
from tests.plugins.authenticator import PRESENT, Authenticator
from tests.plugins.mfa import enrol, show_code
from tests.rest import assert_problem
from tests.sessions import begin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
ORIGIN = "https://api.example.org"
ROUTE, TOTP, OPTIONS = "/api/me/reauthenticate", "/api/me/factors/totp", "/api/me/passkeys/options"
OLD, TOO_OLD = timedelta(minutes=6), "insufficient_user_authentication"
ISSUER, VERIFIER = "https://login.example.org", "v" * 43


@pytest.fixture(autouse=True)
def _public(settings: Any) -> None:
    settings.PUBLIC_URL = ORIGIN


@pytest.fixture
def ada(user: Any) -> Any:
    user.set_unusable_password()
    user.email = "ada@example.org"
    user.save()
    return user


def call(user: Any, age: timedelta = OLD) -> APIClient:
    token = begin(user, authenticated_at=timezone.now() - age)["accessToken"]
    return APIClient(headers={"Authorization": f"Bearer {token}"})


def add_passkey(user: Any) -> Authenticator:
    client, key = call(user, timedelta()), Authenticator(ORIGIN)
    proof = {"currentPassword": "admin"} if user.has_usable_password() else {}
    made = {"credential": key.create(client.post(OPTIONS, proof).json())}
    assert client.post("/api/me/passkeys", made).status_code == 201
    return key


def answer(key: Authenticator) -> dict[str, Any]:
    return key.get(APIClient().post("/api/login/passkey/options", {}).json())


def measure_age() -> timedelta:
    at = Session.objects.order_by("-id")[0].authenticated_at
    assert at is not None
    return timezone.now() - at


def is_renewed() -> bool:
    return measure_age() < OLD


def test_a_passkey_renews_the_session(ada: Any) -> None:
    key, client = add_passkey(ada), call(ada)
    assert client.post(TOTP, {}).json()["code"] == TOO_OLD
    assert client.post(ROUTE, {"passkey": answer(key)}).status_code == 204
    assert is_renewed()
    assert AuthEvent.objects.filter(event="reauthentication", user_id=ada.pk).count() == 1


def test_a_passkey_renews_the_session_over_graphql(ada: Any) -> None:
    key, client = add_passkey(ada), call(ada)
    query = "mutation ($given: String) { reauthenticate(passkey: $given) { username } }"
    assert ask_error(client, query, given="[1")["extensions"]["code"] == "BAD_USER_INPUT"
    assert not is_renewed()
    given = json.dumps(answer(key))
    assert ask_data(client, query, given=given)["reauthenticate"] == {"username": "ada"}
    assert is_renewed()
    assert ask_error(client, query, given=given)["extensions"]["code"] == "passkey_refused"


def test_the_passkey_of_another_account_renews_nothing(ada: Any, admin: Any) -> None:
    key, client = add_passkey(admin), call(ada)
    refused = client.post(ROUTE, {"passkey": answer(key)})
    assert_problem(refused, 401)
    assert refused.json()["code"] == "other_account"
    assert AuthEvent.objects.filter(detail="other_account", user_id=ada.pk).exists()
    for path in (TOTP, OPTIONS):
        assert client.post(path, {"passkey": answer(key)}).json()["code"] == "passkey_refused"
    assert (is_renewed(), Factor.objects.exists()) == (False, False)


def test_a_passkey_without_a_check_of_the_person_renews_nothing(ada: Any) -> None:
    key, client = add_passkey(ada), call(ada)
    key.flags = PRESENT
    assert client.post(ROUTE, {"passkey": answer(key)}).json()["code"] == "passkey_refused"
    assert not is_renewed()


@pytest.mark.parametrize(
    "body",
    [{}, {"otp": "123456"}, {"passkey": {}, "oidc": {"code": "a", "codeVerifier": VERIFIER}}],
)
def test_a_body_without_a_single_proof_is_a_400(ada: Any, body: dict[str, Any]) -> None:
    enrol(ada)
    refused = call(ada).post(ROUTE, {**body, "otp": show_code()} if "otp" in body else body)
    assert_problem(refused, 400)
    assert "a single other proof" in refused.json()["errors"][0]["detail"]
    assert not is_renewed()


def test_a_session_of_a_browser_is_renewed_by_a_passkey(ada: Any, session_first: None) -> None:
    key, browser = add_passkey(ada), Client()
    browser.force_login(ada)
    session = browser.session
    session[LOGIN_TIME] = 1.0
    session.save()
    body = {"passkey": answer(key)}
    assert browser.post(ROUTE, body, content_type="application/json").status_code == 204


def test_a_first_factor_needs_a_recent_session(ada: Any) -> None:
    for path in (TOTP, OPTIONS):
        refused = call(ada).post(path, {})
        assert (refused.status_code, refused.json()["code"]) == (401, TOO_OLD)
        assert 'max_age="300"' in refused["WWW-Authenticate"]
    assert not Factor.objects.exists()
    made = call(ada, timedelta()).post(TOTP, {}).json()
    confirmed = call(ada).post(f"{TOTP}/confirm", {"otp": show_code(made["secret"])})
    assert len(confirmed.json()["recoveryCodes"]) == 10


def test_a_second_factor_needs_a_proof_of_the_first(ada: Any) -> None:
    enrol(ada)
    client = call(ada, timedelta())
    assert client.post(TOTP, {}).json()["code"] == "second_factor_required"
    assert client.post(OPTIONS, {"otp": "000000"}).json()["code"] == "second_factor_wrong"
    assert client.post(OPTIONS, {"otp": show_code()}).status_code == 200


def test_a_passkey_stands_for_the_password_and_the_code(ada: Any) -> None:
    key, client = add_passkey(ada), call(ada)
    assert client.post(TOTP, {"passkey": answer(key)}).status_code == 201
    assert client.post("/api/me/recovery-codes", {"passkey": answer(key)}).status_code == 201
    path = f"/api/me/factors/{Passkey.objects.get().pk}"
    assert client.delete(path, {}).status_code == 400
    assert client.delete(path, {"passkey": answer(key)}).status_code == 204
    assert not Passkey.objects.exists()


def test_graphql_sets_up_a_first_factor_without_a_password(ada: Any) -> None:
    begun = "mutation { beginTotp { secret } beginPasskey }"
    for query in ("mutation { beginTotp { secret } }", "mutation { beginPasskey }"):
        assert ask_error(call(ada), query)["extensions"]["code"] == TOO_OLD
    assert ask_error(call(ada, timedelta()), begun)["extensions"]["code"] == "TOO_MANY_REQUESTS"
    assert ask_data(call(ada, timedelta()), "mutation { beginTotp { secret } }")["beginTotp"]


def test_who_has_a_password_needs_it_however_recent_the_session_is(admin: Any) -> None:
    assert call(admin, timedelta()).post(TOTP, {}).status_code == 400
    assert APIClient().post(TOTP, {"username": "admin"}).status_code == 400
    assert not Factor.objects.exists()


@pytest.mark.parametrize(("ago", "status"), [(10, 204), (3600, 401), (None, 401)])
def test_a_login_at_the_issuer_renews_the_session_if_it_is_recent(
    ada: Any, ago: int | None, status: int
) -> None:
    claims: dict[str, Any] = {"sub": "ada"}
    if ago is not None:
        claims["auth_time"] = int(timezone.now().timestamp()) - ago
    begun = pending.begin("main", next_url="/", challenge=make_challenge(VERIFIER), links=False)
    proof = {"code": finish(begun, ISSUER, claims, ada), "codeVerifier": VERIFIER}
    client = call(ada)
    answered = client.post(ROUTE, {"oidc": proof})
    assert (answered.status_code, is_renewed()) == (status, status == 204)
    if status == 204:
        assert measure_age().total_seconds() >= 10
        assert client.post(ROUTE, {"oidc": proof}).status_code == 401


def test_a_login_at_the_issuer_needs_the_second_factor_too(ada: Any, admin: Any) -> None:
    enrol(ada)
    claims = {"sub": "ada", "auth_time": int(timezone.now().timestamp())}
    begun = pending.begin("main", next_url="/", challenge=make_challenge(VERIFIER), links=False)
    body = {"oidc": {"code": finish(begun, ISSUER, claims, ada), "codeVerifier": VERIFIER}}
    assert call(admin).post(ROUTE, body).json()["code"] == "other_account"
    client = call(ada)
    assert client.post(ROUTE, body).json()["code"] == "second_factor_required"
    assert not is_renewed()
    assert client.post(ROUTE, {**body, "otp": show_code()}).status_code == 204


def ask_for_a_mail(user: Any) -> dict[str, str]:
    """Return a proof by a mail: the token of the link, and the secret of the client."""
    client = make_client(user.email)
    return {"token": waiting.begin(user, client)[0], "client": client}


def test_a_mail_renews_the_session_once(ada: Any) -> None:
    client, body = call(ada), {"magic": ask_for_a_mail(ada)}
    wrong = {"magic": {**body["magic"], "token": "x"}}
    assert client.post(ROUTE, wrong).status_code == 401
    assert not is_renewed()
    assert client.post(ROUTE, body).status_code == 204
    assert is_renewed()
    assert client.post(ROUTE, body).status_code == 401


def test_a_mail_needs_the_second_factor_too_and_its_own_account(ada: Any, admin: Any) -> None:
    enrol(ada)
    body = {"magic": ask_for_a_mail(ada)}
    assert call(admin).post(ROUTE, body).json()["code"] == "other_account"
    client = call(ada)
    assert client.post(ROUTE, body).json()["code"] == "second_factor_required"
    assert not is_renewed()
    assert client.post(ROUTE, {**body, "otp": show_code()}).status_code == 204
    assert is_renewed()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("delete", "/api/me", {}, 204),
        ("post", "/api/me/email", {"email": "new@example.org"}, 202),
    ],
)
def test_the_account_is_changed_by_a_recent_session_and_the_second_factor(
    ada: Any, method: str, path: str, body: dict[str, str], status: int
) -> None:
    assert getattr(call(ada), method)(path, body).json()["code"] == TOO_OLD
    enrol(ada)
    send = getattr(call(ada, timedelta()), method)
    assert send(path, body).json()["code"] == "second_factor_required"
    assert get_user_model().objects.filter(pk=ada.pk).exists()
    assert send(path, {**body, "otp": show_code()}).status_code == status
    assert get_user_model().objects.filter(pk=ada.pk).exists() is (path != "/api/me")


def test_who_has_a_password_deletes_the_account_by_it_alone(user: Any) -> None:
    assert_problem(call(user, timedelta()).delete("/api/me", {}), 400)
    assert get_user_model().objects.filter(pk=user.pk).exists()
