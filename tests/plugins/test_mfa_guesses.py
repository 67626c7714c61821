"""Wrong codes are counted apart from wrong passwords. No road gives who has the password more tries."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from auth_core.models import AuthEvent
from auth_core.password_change import permit_own_password
from auth_mfa.codes import make_recovery_codes
from tests.plugins.mfa import enrol, show_code
from tests.sessions import begin

pytestmark = pytest.mark.django_db
NAMED = {"username": "ada", "currentPassword": "ada"}
BASIC = f"Basic {b64encode(b'ada:ada').decode()}"


@pytest.fixture(autouse=True)
def factor(quick_hashes: None, user: Any, settings: Any) -> None:
    settings.LOCKOUT_ACCOUNT_TRIES = 3
    enrol(user)


def log_in(otp: str = "", **other: str) -> int:
    body = {"username": "ada", "password": "ada", "otp": otp, **other}
    return APIClient().post("/api/login", body).status_code


def guess_all() -> None:
    assert [log_in(f"00000{each}") for each in range(4)] == [401, 401, 401, 429]


def begin_another(user: Any) -> None:
    APIClient().post("/api/me/factors/totp", NAMED)


def set_password(user: Any) -> None:
    with permit_own_password(user):
        user.set_password("ada")
        user.save()


def ask_by_basic(user: Any) -> None:
    APIClient().get("/api/me", headers={"Authorization": BASIC})


def rename(user: Any) -> None:
    for name in ("bob", "ada"):
        user.username = name
        user.save()


@pytest.mark.parametrize(
    "act", [lambda _: log_in(), begin_another, set_password, ask_by_basic, rename]
)
def test_nothing_but_a_code_forgets_wrong_codes(user: Any, act: Callable[[Any], Any]) -> None:
    for each in range(3):
        assert log_in(f"00000{each}") == 401
        act(user)
    assert log_in(show_code()) == 429


def test_the_tries_of_all_roads_are_counted_together(user: Any) -> None:
    client = APIClient(headers={"Authorization": f"Bearer {begin(user)['accessToken']}"})
    assert log_in("000000") == 401
    begun = client.post("/api/me/factors/totp", {"currentPassword": "ada", "otp": "000001"})
    renewed = client.post("/api/me/recovery-codes", {"otp": "000002"})
    assert (begun.status_code, renewed.status_code) == (401, 401)
    new = {"currentPassword": "ada", "newPassword": "analytical engine of 1837"}
    assert client.post("/api/me/password", {**new, "otp": show_code()}).status_code == 429


def test_a_right_code_forgets_them() -> None:
    assert [log_in("000000"), log_in("000001"), log_in(show_code())] == [401, 401, 201]
    guess_all()


def test_wrong_codes_lock_no_password_and_wrong_passwords_no_code(user: Any) -> None:
    guess_all()
    assert AuthEvent.objects.filter(event="failure", detail="locked").count() == 1
    body = {"username": "ada", "password": "ada"}
    asked = APIClient().post("/api/login", body).json()
    assert asked["code"] == "second_factor_required"
    assert [log_in(password="wrong") for _ in range(3)] == [401] * 3
    assert APIClient().post("/api/login", body).status_code == 429


def test_a_missing_code_is_audited_and_counts_for_nothing() -> None:
    assert {log_in() for _ in range(8)} == {401}
    assert log_in(show_code()) == 201
    assert AuthEvent.objects.filter(detail="second_factor_required").count() == 1


def test_unlock_forgets_them() -> None:
    guess_all()
    call_command("unlock", "ada")
    assert log_in(show_code()) == 201


def test_recovery_codes_are_counted_with_the_codes_of_apps(user: Any) -> None:
    (good, *_) = make_recovery_codes(user)
    wrong = "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF"
    assert [log_in(wrong), log_in("000000"), log_in(wrong[::-1])] == [401] * 3
    assert log_in(good) == 429
