"""Setting up, renewing and removing a second factor, over REST, GraphQL and in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from rest_framework.test import APIClient

from auth_accounts.models import EmailAddress
from auth_core.models import AuthEvent
from auth_mfa.models import Factor, RecoveryCode
from tests.graph import ask, ask_data
from tests.plugins.mfa import enrol, show_code
from tests.rest import assert_problem
from tests.sessions import begin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
TOTP, CONFIRM, FACTORS = "/api/me/factors/totp", "/api/me/factors/totp/confirm", "/api/me/factors"
PASSWORD = {"currentPassword": "ada"}


@pytest.fixture
def as_user(user: Any) -> APIClient:
    """The user with a token: Basic ends with the first factor."""
    return APIClient(headers={"Authorization": f"Bearer {begin(user)['accessToken']}"})


def list_events() -> list[str]:
    return list(AuthEvent.objects.order_by("id").values_list("event", flat=True))


def test_a_factor_is_set_up_with_the_password_and_its_first_code(as_user: APIClient) -> None:
    begun = as_user.post(TOTP, PASSWORD)
    made = begun.json()
    assert (begun.status_code, begun["Cache-Control"]) == (201, "no-store")
    assert made["uri"].startswith("otpauth://totp/Django%20auth%20service:ada?secret=")
    assert made["qr"].startswith("data:image/svg+xml")
    assert as_user.get(FACTORS).json() == []
    codes = as_user.post(CONFIRM, {"otp": show_code(made["secret"])}).json()["recoveryCodes"]
    assert len({code for code in codes if len(code) == 29}) == 10
    (factor,) = as_user.get(FACTORS).json()
    assert (factor["id"], factor["kind"]) == (made["id"], "totp")
    assert "factor_added" in list_events()


def test_a_token_alone_sets_up_nothing(as_user: APIClient) -> None:
    assert as_user.post(TOTP, {}).status_code == 400
    assert_problem(as_user.post(TOTP, {"currentPassword": "wrong"}), 401)
    assert not Factor.objects.exists()


def test_a_wrong_first_code_counts_and_leaves_the_factor_out_of_force(as_user: APIClient) -> None:
    as_user.post(TOTP, PASSWORD)
    assert as_user.post(CONFIRM, {"otp": "000000"}).json()["code"] == "second_factor_wrong"
    assert not Factor.objects.confirmed().exists()
    assert "failure" in list_events()


def test_a_second_app_needs_a_code_of_the_first(as_user: APIClient, user: Any) -> None:
    enrol(user)
    assert as_user.post(TOTP, PASSWORD).json()["code"] == "second_factor_required"
    made = as_user.post(TOTP, {**PASSWORD, "otp": show_code()}).json()
    confirmed = as_user.post(CONFIRM, {"otp": show_code(made["secret"])})
    assert confirmed.json() == {"recoveryCodes": []}
    assert len(as_user.get(FACTORS).json()) == 2


def test_a_user_who_must_have_a_factor_sets_it_up_by_the_password(user: Any, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR = ["user"]
    api, named = APIClient(), {"username": "ada", **PASSWORD}
    secret = api.post(TOTP, named).json()["secret"]
    assert api.post(CONFIRM, {**named, "otp": show_code(secret)}).status_code == 200
    login = {"username": "ada", "password": "ada", "otp": show_code(secret, later=1)}
    assert api.post("/api/login", login).status_code == 201
    assert api.post(TOTP, named).json()["code"] == "second_factor_required"


@pytest.mark.parametrize("path", [TOTP, "/api/me/passkeys/options"])
def test_who_knows_the_password_guesses_no_code(user: Any, settings: Any, path: str) -> None:
    settings.LOCKOUT_ACCOUNT_TRIES = 3
    enrol(user)
    api, named = APIClient(), {"username": "ada", **PASSWORD}
    bodies = [{**named, "otp": f"00000{each}"} for each in range(4)]
    assert [api.post(path, body).status_code for body in bodies] == [401, 401, 401, 429]


def test_a_right_password_alone_forgets_no_wrong_code(user: Any, settings: Any) -> None:
    settings.LOCKOUT_ACCOUNT_TRIES = 3
    enrol(user)
    api, statuses = APIClient(), []
    for each in range(4):
        login = {"username": "ada", "password": "ada", "otp": f"00000{each}"}
        statuses.append(api.post("/api/login", login).status_code)
        assert api.post("/api/login", {**login, "otp": ""}).status_code == 401
        named = {"username": "ada", **PASSWORD, "otp": f"10000{each}"}
        assert api.post(CONFIRM, named).status_code in (401, 429)
    assert statuses == [401] * 3 + [429]


@pytest.mark.parametrize("body", [{}, {"username": "ada"}, {"currentPassword": "ada"}])
def test_a_stranger_sets_up_nothing(user: Any, body: dict[str, str]) -> None:
    assert APIClient().post(TOTP, body).status_code in (400, 401)
    assert APIClient().post(CONFIRM, {**body, "otp": "123456"}).status_code == 401
    assert not Factor.objects.exists()


def test_removal_and_new_recovery_codes_need_a_code(as_user: APIClient, user: Any) -> None:
    first, second, *_ = enrol(user)
    path = f"{FACTORS}/{Factor.objects.get().pk}"
    assert as_user.delete(path, {}).status_code == 400
    assert as_user.delete(path, {"otp": "000000"}).status_code == 401
    renewed = as_user.post("/api/me/recovery-codes", {"otp": first})
    assert (renewed.status_code, len(renewed.json()["recoveryCodes"])) == (201, 10)
    assert as_user.delete(path, {"otp": second}).status_code == 401
    code = renewed.json()["recoveryCodes"][0]
    assert as_user.delete(path, {"otp": code}).status_code == 204
    assert (Factor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert [each for each in list_events() if "factor" in each or "codes" in each] == [
        "codes_renewed",
        "factor_removed",
    ]


@pytest.mark.parametrize("key", ["x", "01a2209b-0096-7393-877b-6aa88f691b5b"])
def test_an_unknown_factor_is_a_404(as_user: APIClient, admin: Any, key: str) -> None:
    enrol(admin)
    foreign = str(Factor.objects.get().pk)
    for each in (key, foreign):
        assert as_user.delete(f"{FACTORS}/{each}", {"otp": "123456"}).status_code == 404
    assert Factor.objects.count() == 1


def test_graphql_does_the_same(as_user: APIClient) -> None:
    begun = ask_data(as_user, 'mutation { beginTotp(currentPassword: "ada") { id secret } }')
    secret = begun["beginTotp"]["secret"]
    confirm = "mutation ($otp: String!) { confirmTotp(otp: $otp) }"
    (code, *_) = ask_data(as_user, confirm, otp=show_code(secret))["confirmTotp"]
    (factor,) = ask_data(as_user, "{ factors { id kind lastUsedAt } }")["factors"]
    assert (factor["id"], factor["kind"]) == (begun["beginTotp"]["id"], "totp")
    remove = "mutation ($id: String!, $otp: String!) { removeFactor(id: $id, otp: $otp) { id } }"
    assert ask_data(as_user, remove, id=factor["id"], otp=code)["removeFactor"]["id"]
    assert not Factor.objects.exists()


def test_aliases_try_one_code(as_user: APIClient, user: Any) -> None:
    enrol(user)
    tries = " ".join(f'a{each}: makeRecoveryCodes(otp: "00000{each}")' for each in range(3))
    (error,) = ask(as_user, f"mutation {{ {tries} }}")["errors"]
    assert error["extensions"]["code"] == "second_factor_wrong"
    assert list_events().count("failure") == 1


@pytest.mark.parametrize(("name", "fields"), [("beginTotp", "{ id }"), ("beginPasskey", "")])
def test_aliases_hash_one_password(as_user: APIClient, name: str, fields: str) -> None:
    tries = " ".join(f'a{each}: {name}(currentPassword: "ada") {fields}' for each in range(3))
    (error,) = ask(as_user, f"mutation {{ {tries} }}")["errors"]
    assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"


def test_a_set_up_by_the_password_takes_what_a_login_takes(user: Any, settings: Any) -> None:
    settings.LOGIN_BY = "email"
    EmailAddress.objects.create(user=user, address="ada@example.org", folded="ada@example.org")
    api, named = APIClient(), {"username": "Ada@example.org", **PASSWORD}
    secret = api.post(TOTP, named).json()["secret"]
    assert api.post(CONFIRM, {**named, "otp": show_code(secret)}).status_code == 200
    assert_problem(api.post(TOTP, {**named, "username": "ada"}), 401)


def test_an_administrator_removes_a_lost_factor(as_admin: APIClient, admin: Any, user: Any) -> None:
    enrol(user)
    admin.is_staff = admin.is_superuser = True
    admin.save()
    browser = Client()
    browser.force_login(admin)
    page = browser.get("/admin/auth_mfa/factor/").text
    assert ("ada" in page, "secret" in page) == (True, False)
    path = f"/admin/auth_mfa/factor/{Factor.objects.get().pk}/delete/"
    assert browser.post(path, {"post": "yes"}).status_code == 302
    event = AuthEvent.objects.get(event="factor_removed")
    assert (event.user_id, event.actor_id, event.detail) == (
        user.pk,
        admin.pk,
        "by an administrator",
    )
    assert not RecoveryCode.objects.exists()


def test_an_unknown_role_is_a_check(settings: Any) -> None:
    settings.MFA_REQUIRED_FOR = ["staff", "wizard"]
    (fault,) = [each for each in run_checks() if each.id == "auth_mfa.E001"]
    assert "wizard" in fault.msg
    assert "admin, user" in str(fault.hint)


def test_users_with_factors_are_deletable(user: Any) -> None:
    enrol(user)
    user.delete()
    assert (Factor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
