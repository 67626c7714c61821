"""A second factor is asked for wherever a password is taken, and its codes are good once."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from auth_core.models import AuthEvent
from auth_mfa.models import Factor, RecoveryCode
from tests.graph import ask
from tests.plugins.mfa import enrol, show_code
from tests.rest import assert_problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
LOGIN = {"username": "ada", "password": "ada"}
MUTATION = "mutation ($given: Credentials!) { login(credentials: $given) { accessToken } }"
BASIC = f"Basic {b64encode(b'ada:ada').decode()}"


def log_in(**more: str) -> Any:
    return APIClient().post("/api/login", LOGIN | more)


def code_of(response: Any) -> str:
    assert_problem(response, 401)
    return str(response.json()["code"])


def test_users_without_a_factor_log_in_as_before(user: Any) -> None:
    assert log_in().status_code == 201


def test_a_login_asks_for_the_code_and_takes_it(user: Any) -> None:
    enrol(user)
    assert code_of(log_in()) == "second_factor_required"
    assert code_of(log_in(otp="000000")) == "second_factor_wrong"
    assert log_in(otp=show_code()).json()["tokenType"] == "Bearer"


def test_a_code_is_good_once_and_no_earlier_code_after_it(user: Any) -> None:
    enrol(user)
    earlier, now = show_code(later=-1), show_code()
    assert log_in(otp=now).status_code == 201
    assert [code_of(log_in(otp=each)) for each in (now, earlier)] == ["second_factor_wrong"] * 2
    assert log_in(otp=show_code(later=1)).status_code == 201


@pytest.mark.parametrize("later", [-2, 2])
def test_a_code_of_another_minute_is_refused(user: Any, later: int) -> None:
    enrol(user)
    assert code_of(log_in(otp=show_code(later=later))) == "second_factor_wrong"


def test_a_recovery_code_is_good_once_however_it_is_typed(user: Any) -> None:
    first, second, *_ = enrol(user)
    assert log_in(otp=first.lower().replace("-", " ")).status_code == 201
    assert code_of(log_in(otp=first)) == "second_factor_wrong"
    assert log_in(otp=second).status_code == 201
    assert RecoveryCode.objects.filter(used_at=None).count() == 8


def test_the_codes_of_somebody_else_are_wrong(user: Any, admin: Any) -> None:
    enrol(user)
    codes = enrol(admin, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert code_of(log_in(otp=codes[0])) == "second_factor_wrong"


@pytest.mark.parametrize(
    "otp", ["", " ", "é", "\uff11\uff12\uff13\uff14\uff15\uff16", "1" * 40, "12345\n", "-"]
)
def test_an_odd_code_is_refused(user: Any, otp: str) -> None:
    enrol(user)
    assert code_of(log_in(otp=otp)).startswith("second_factor")


def test_a_code_of_another_kind_is_a_400(user: Any) -> None:
    assert [log_in(otp=each).status_code for each in ("1" * 41, "\0")] == [400, 400]
    response = APIClient().post("/api/login", {**LOGIN, "otp": 123456})
    assert [each["pointer"] for each in response.json()["errors"]] == ["#/otp"]


def test_graphql_asks_too(user: Any) -> None:
    enrol(user)
    (error,) = ask(APIClient(), MUTATION, given=LOGIN)["errors"]
    assert error["extensions"]["code"] == "second_factor_required"
    found = ask(APIClient(), MUTATION, given={**LOGIN, "otp": show_code()})
    assert found["data"]["login"]["accessToken"]


def test_basic_alone_is_refused_and_so_is_a_new_password(user: Any) -> None:
    assert Client().get("/api/me", headers={"Authorization": BASIC}).status_code == 200
    token = log_in().json()["accessToken"]
    enrol(user)
    assert code_of(APIClient().get("/api/me", headers={"Authorization": BASIC})) == (
        "second_factor_required"
    )
    client = APIClient(headers={"Authorization": f"Bearer {token}"})
    body = {"currentPassword": "ada", "newPassword": "analytical engine of 1837"}
    assert code_of(client.post("/api/me/password", body)) == "second_factor_required"
    assert client.post("/api/me/password", {**body, "otp": show_code()}).status_code == 204


def test_the_admin_asks_too(user: Any) -> None:
    user.is_staff = True
    user.save()
    enrol(user)
    browser = Client()
    page = browser.post("/admin/login/", LOGIN)
    assert (page.status_code, 'name="otp"' in page.text) == (200, True)
    assert browser.post("/admin/login/", {**LOGIN, "otp": show_code()}).status_code == 302


def test_wrong_codes_lock_the_account(user: Any) -> None:
    enrol(user)
    assert {log_in(otp=f"00000{number}").status_code for number in range(5)} == {401}
    assert log_in(otp=show_code()).status_code == 429
    assert AuthEvent.objects.filter(event="failure", detail="second_factor_wrong").count() == 5


def test_a_required_role_cannot_do_without(user: Any, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR = ["user"]
    assert code_of(log_in()) == "second_factor_missing"
    settings.MFA_REQUIRED_FOR = ["staff", "admin"]
    assert log_in().status_code == 201


def test_a_stored_factor_holds_no_secret_that_can_be_read(user: Any) -> None:
    codes = enrol(user)
    stored = repr(list(Factor.objects.values())) + repr(list(RecoveryCode.objects.values()))
    assert show_code() not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_a_new_secret_key_keeps_factors_by_its_fallback(user: Any, settings: Any) -> None:
    enrol(user)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-secret-key-for-the-tests-of-rotation"
    assert log_in(otp=show_code()).status_code == 503
    settings.SECRET_KEY_FALLBACKS = [old]
    assert log_in(otp=show_code()).status_code == 201
