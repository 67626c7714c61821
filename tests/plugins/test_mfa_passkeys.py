"""Passkeys: registered with the password, good alone for a login, removed like other factors."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.test import Client
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIClient, APIRequestFactory

from auth_core import log_in_user
from auth_core.models import AuthEvent
from auth_mfa.models import Passkey, RecoveryCode, UsedChallenge
from tests.graph import ask, ask_data, ask_error
from tests.plugins.authenticator import PRESENT, Authenticator, forge
from tests.plugins.mfa import enrol, show_code
from tests.rest import assert_problem
from tests.sessions import begin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
ORIGIN = "https://api.example.org"
OPTIONS, PASSKEYS = "/api/me/passkeys/options", "/api/me/passkeys"
LOGIN = "/api/login/passkey"
PASSWORD = {"currentPassword": "ada"}


@pytest.fixture(autouse=True)
def _public(settings: Any) -> None:
    settings.PUBLIC_URL = ORIGIN


@pytest.fixture
def as_user(user: Any) -> APIClient:
    return client_of(user)


def client_of(user: Any) -> APIClient:
    return APIClient(headers={"Authorization": f"Bearer {begin(user)['accessToken']}"})


def register(client: APIClient, **more: str) -> tuple[Authenticator, Any]:
    key = Authenticator(ORIGIN)
    options = client.post(OPTIONS, {**PASSWORD, **more}).json()
    return key, client.post(PASSKEYS, {"name": "phone", "credential": key.create(options)})


def begin_login() -> Any:
    return APIClient().post(f"{LOGIN}/options", {}).json()


def log_in(answer: Any) -> Any:
    return APIClient().post(LOGIN, {"credential": answer})


def assert_refused(response: Any, code: str = "passkey_refused") -> None:
    assert_problem(response, 401)
    assert response.json()["code"] == code


def test_a_passkey_is_registered_and_logs_in_without_a_password(
    as_user: APIClient, user: Any
) -> None:
    options = as_user.post(OPTIONS, PASSWORD)
    assert (options.status_code, options["Cache-Control"]) == (200, "no-store")
    wanted = options.json()["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    key, made = register(as_user)
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    assert (made.json()["kind"], made.json()["name"]) == ("passkey", "phone")
    assert len(made.json()["recoveryCodes"]) == 10
    key.count = 1
    session = log_in(key.get(begin_login()))
    assert (session.status_code, session.json()["username"]) == (201, "ada")
    me = APIClient(headers={"Authorization": f"Bearer {session.json()['accessToken']}"})
    (factor,) = me.get("/api/me/factors").json()
    assert (factor["id"], factor["lastUsedAt"] is None) == (made.json()["id"], False)
    login = AuthEvent.objects.filter(event="login").last()
    assert login is not None
    assert (login.provider, login.user_id) == ("passkey", user.pk)


def test_a_token_alone_registers_nothing(as_user: APIClient, user: Any) -> None:
    assert as_user.post(OPTIONS, {}).status_code == 400
    assert_problem(as_user.post(OPTIONS, {"currentPassword": "wrong"}), 401)
    enrol(user)
    assert_refused(as_user.post(OPTIONS, PASSWORD), "second_factor_required")
    key, made = register(as_user, otp=show_code())
    assert (made.status_code, made.json()["recoveryCodes"]) == (201, [])
    assert log_in(key.get(begin_login())).status_code == 201


def test_a_passkey_closes_the_password_alone_and_its_recovery_codes_open_it(
    as_user: APIClient,
) -> None:
    _, made = register(as_user)
    given = {"username": "ada", "password": "ada"}
    assert_refused(APIClient().post("/api/login", given), "second_factor_required")
    first, second, *_ = made.json()["recoveryCodes"]
    assert APIClient().post("/api/login", {**given, "otp": first}).status_code == 201
    path = f"/api/me/factors/{made.json()['id']}"
    assert as_user.delete(path, {}).status_code == 400
    assert as_user.delete(path, {"otp": second}).status_code == 204
    assert (Passkey.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert APIClient().post("/api/login", given).status_code == 201


def test_who_must_have_a_factor_registers_by_the_password(user: Any, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR = ["user"]
    key, named = Authenticator(ORIGIN), {"username": "ada", **PASSWORD}
    options = APIClient().post(OPTIONS, named).json()
    made = APIClient().post(PASSKEYS, {**named, "credential": key.create(options)})
    assert made.status_code == 201
    assert log_in(key.get(begin_login())).status_code == 201


def test_options_of_a_login_name_nobody(as_user: APIClient) -> None:
    register(as_user)
    options = begin_login()
    assert (options["allowCredentials"], options["rpId"]) == ([], "api.example.org")
    assert options["userVerification"] == "required"
    assert APIClient().post(f"{LOGIN}/options", {"username": "ada"}).status_code == 400
    assert not UsedChallenge.objects.filter(digest=options["challenge"]).exists()


def test_an_answer_is_good_once(as_user: APIClient) -> None:
    key, _ = register(as_user)
    answer = key.get(begin_login())
    assert log_in(answer).status_code == 201
    assert_refused(log_in(answer))


def test_a_registration_is_good_once(as_user: APIClient) -> None:
    options = as_user.post(OPTIONS, PASSWORD).json()
    answers = [Authenticator(ORIGIN).create(options) for _ in range(2)]
    statuses = [as_user.post(PASSKEYS, {"credential": each}).status_code for each in answers]
    assert statuses == [201, 400]


@pytest.mark.parametrize(
    "origin", ["https://api.example.org.evil.example", "http://api.example.org"]
)
def test_a_foreign_origin_is_refused(as_user: APIClient, origin: str) -> None:
    key, _ = register(as_user)
    key.origin = origin
    assert_refused(log_in(key.get(begin_login())))
    assert_refused(log_in(key.get({**begin_login(), "rpId": "evil.example"})))
    foreign = Authenticator(origin)
    options = as_user.post(OPTIONS, {**PASSWORD, "otp": "x"}).json()
    assert options["code"] == "second_factor_wrong"
    Passkey.objects.all().delete()
    options = as_user.post(OPTIONS, PASSWORD).json()
    assert as_user.post(PASSKEYS, {"credential": foreign.create(options)}).status_code == 400


def test_a_challenge_is_bound_to_its_purpose_its_user_and_its_time(
    as_user: APIClient, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = as_user.post(OPTIONS, PASSWORD).json()
    answer = Authenticator(ORIGIN).create(options)
    assert client_of(admin).post(PASSKEYS, {"credential": answer}).status_code == 400
    assert APIClient().post(PASSKEYS, {"credential": answer}).status_code == 401
    key, _ = register(as_user)
    given = {**begin_login(), "challenge": options["challenge"]}
    assert_refused(log_in(key.get(given)))
    login, now = begin_login(), time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 301)
    assert_refused(log_in(key.get(login)))


def test_a_passkey_opens_the_account_of_its_owner_alone(
    as_user: APIClient, user: Any, admin: Any
) -> None:
    key, _ = register(as_user)
    other, _ = register(client_of(admin), currentPassword="admin")
    key.handle, own = other.handle, key.handle
    assert_refused(log_in(key.get(begin_login())))
    # The id of the administrator's passkey, signed by the user's key.
    key.credential_id = other.credential_id
    assert_refused(log_in(key.get(begin_login())))
    Passkey.objects.exclude(user=admin).delete()
    RecoveryCode.objects.filter(user=user).delete()
    options = as_user.post(OPTIONS, PASSWORD).json()
    assert options["user"]["id"] not in (own, other.handle)
    assert as_user.post(PASSKEYS, {"credential": key.create(options)}).status_code == 400
    assert Passkey.objects.get().user == admin


def test_a_counter_that_goes_back_is_refused_and_audited(as_user: APIClient) -> None:
    key, _ = register(as_user)
    key.count = 7
    assert log_in(key.get(begin_login())).status_code == 201
    for count in (7, 3, 0):
        key.count = count
        assert_refused(log_in(key.get(begin_login())), "passkey_counter")
    audited = AuthEvent.objects.filter(event="failure", detail="passkey_counter")
    assert audited.count() == 3
    assert Passkey.objects.get().sign_count == 7


def test_a_login_without_a_check_of_the_person_is_refused(as_user: APIClient) -> None:
    key, _ = register(as_user)
    key.flags = PRESENT
    assert_refused(log_in(key.get(begin_login())))


@pytest.mark.parametrize("name", ["signature", "authenticatorData", "clientDataJSON", "userHandle"])
def test_a_forged_answer_is_refused(as_user: APIClient, name: str) -> None:
    key, _ = register(as_user)
    answer = key.get(begin_login())
    for position in (0, -1):
        assert_refused(log_in(forge(answer, name, position)))
    assert log_in(answer).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"id": 1},
        {"rawId": "\u00e9"},
        {"type": "x"},
        {"response": []},
        {"response": {"clientDataJSON": "W10", "authenticatorData": "", "signature": "="}},
        {"response": {"clientDataJSON": "A" * 30_000, "attestationObject": "o2"}},
        {"response": {"clientDataJSON": "bnVsbA", "attestationObject": "//8"}},
        {"authenticatorAttachment": "\0"},
    ],
)
def test_odd_answers_are_refused(as_user: APIClient, change: dict[str, Any]) -> None:
    key, _ = register(as_user)
    answer = {**key.get(begin_login()), **change} if change else {}
    assert_refused(log_in(answer))
    assert as_user.post(PASSKEYS, {"credential": answer}).status_code == 400
    assert log_in("x").status_code == 400


def test_the_refusal_of_an_unknown_passkey_looks_like_any_other(as_user: APIClient) -> None:
    key, _ = register(as_user)
    stranger = Authenticator(ORIGIN, handle=key.handle).get(begin_login())
    unknown, wrong = log_in(stranger), log_in(forge(key.get(begin_login()), "signature"))
    assert unknown.json()["detail"] == wrong.json()["detail"]
    assert_refused(unknown)
    assert AuthEvent.objects.filter(event="failure", detail="passkey_refused").count() == 2


@pytest.mark.parametrize("more", [{}, {"passkey": True}, {"passkey": {"user_id": 1}}])
def test_another_plugin_that_says_passkey_does_not_pass_by(
    as_user: APIClient, user: Any, more: dict[str, Any]
) -> None:
    register(as_user)
    request = APIRequestFactory().post("/")
    with pytest.raises(AuthenticationFailed) as refused:
        log_in_user(request, user, by="passkey", credentials=more)
    assert refused.value.get_codes() == "second_factor_required"
    body = {"username": "ada", "password": "ada", "passkey": True}
    assert APIClient().post("/api/login", body).status_code == 400


def test_an_inactive_user_does_not_log_in(as_user: APIClient, user: Any) -> None:
    key, _ = register(as_user)
    user.is_active = False
    user.save()
    assert_problem(log_in(key.get(begin_login())), 401)


def test_passkeys_are_bounded_and_go_with_their_user(as_user: APIClient, user: Any) -> None:
    _, made = register(as_user)
    codes = made.json()["recoveryCodes"]
    for code in codes[:9]:
        assert register(as_user, otp=code)[1].status_code == 201
    handles = set(Passkey.objects.values_list("handle", flat=True))
    assert len(handles) == 1
    assert as_user.post(OPTIONS, {**PASSWORD, "otp": codes[9]}).status_code == 409
    user.delete()
    assert not Passkey.objects.exists()


def test_without_a_public_url_the_host_of_the_request_counts(user: Any, settings: Any) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "", ["localhost"]
    client = client_of(user)
    options = client.post(OPTIONS, PASSWORD, headers={"Host": "localhost:8000"}).json()
    assert options["rp"]["id"] == "localhost"
    answer = Authenticator("http://localhost:8000").create(options)
    host = {"Host": "localhost:8000"}
    assert client.post(PASSKEYS, {"credential": answer}, headers=host).status_code == 201
    for odd in ("evil.example", "localhost:99999"):
        refused = APIClient().post(f"{LOGIN}/options", {}, headers={"Host": odd})
        assert refused.status_code == 400


def test_graphql_does_the_same(as_user: APIClient) -> None:
    key = Authenticator(ORIGIN)
    options = ask_data(as_user, 'mutation { beginPasskey(currentPassword: "ada") }')["beginPasskey"]
    add = "mutation ($given: String!) { addPasskey(credential: $given) { id recoveryCodes } }"
    given = json.dumps(key.create(json.loads(options)))
    made = ask_data(as_user, add, given=given)["addPasskey"]
    assert ask(as_user, add, given=given)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    begun = ask_data(APIClient(), "mutation { beginPasskeyLogin }")["beginPasskeyLogin"]
    log_in = "mutation ($given: String!) { logInByPasskey(credential: $given) { accessToken } }"
    answer = json.dumps(key.get(json.loads(begun)))
    assert ask_data(APIClient(), log_in, given=answer)["logInByPasskey"]["accessToken"]
    refusal = ask_error(APIClient(), log_in, given=answer)
    assert refusal["extensions"]["code"] == "passkey_refused"
    odd = ask_error(APIClient(), log_in, given="[" * 5000)
    assert odd["extensions"]["code"] == "BAD_USER_INPUT"
    (factor,) = ask_data(as_user, "{ factors { id kind name } }")["factors"]
    assert factor == {"id": made["id"], "kind": "passkey", "name": ""}
    remove = "mutation ($id: String!, $otp: String!) { removeFactor(id: $id, otp: $otp) { kind } }"
    code = made["recoveryCodes"][0]
    assert ask_data(as_user, remove, id=made["id"], otp=code)["removeFactor"]["kind"] == "passkey"
    assert not Passkey.objects.exists()


def test_an_administrator_removes_a_lost_passkey(as_user: APIClient, admin: Any) -> None:
    register(as_user)
    admin.is_staff = admin.is_superuser = True
    admin.save()
    browser = Client()
    browser.force_login(admin)
    assert "phone" in browser.get("/admin/auth_mfa/passkey/").text
    path = f"/admin/auth_mfa/passkey/{Passkey.objects.get().pk}/delete/"
    assert browser.post(path, {"post": "yes"}).status_code == 302
    assert AuthEvent.objects.get(event="factor_removed").detail == "by an administrator"
    assert not RecoveryCode.objects.exists()
