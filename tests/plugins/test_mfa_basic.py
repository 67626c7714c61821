"""Basic with the code of an app behind the password, if MFA_BASIC allows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from auth_mfa.models import BasicCode, Factor
from auth_mfa.use_cases import end_factor
from tests.conftest import make_basic_header
from tests.graph import ask
from tests.plugins.mfa import enrol, show_code
from tests.sessions import begin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def codes(quick_hashes: None, user: Any, settings: Any) -> list[str]:
    settings.MFA_BASIC = "append"
    settings.LOCKOUT_ACCOUNT_TRIES = 3
    return enrol(user)


def ask_me(password: str, address: str = "192.0.2.1") -> Any:
    header = make_basic_header("ada", password)
    return Client(REMOTE_ADDR=address).get("/api/me", headers={"Authorization": header})


def code_of(answer: Any) -> str:
    return str(answer.json().get("code", answer.status_code))


def test_a_code_behind_the_password_is_taken_and_may_be_repeated_for_a_while() -> None:
    secret = f"ada{show_code()}"
    assert [ask_me(secret).status_code for _ in range(3)] == [200] * 3
    assert show_code() not in repr(list(BasicCode.objects.values()))
    header = {"Authorization": make_basic_header("ada", secret)}
    api = APIClient(headers=header, REMOTE_ADDR="192.0.2.1")
    assert ask(api, "{ userInfo { username } }")["data"]["userInfo"]["username"] == "ada"


def test_no_other_address_and_no_login_may_repeat_it() -> None:
    code = show_code()
    assert ask_me(f"ada{code}").status_code == 200
    assert code_of(ask_me(f"ada{code}", "198.51.100.1")) == "second_factor_wrong"
    login = {"username": "ada", "password": "ada", "otp": code}
    assert APIClient(REMOTE_ADDR="192.0.2.1").post("/api/login", login).status_code == 401


def test_a_code_of_a_login_is_used_up_for_basic() -> None:
    code = show_code()
    login = {"username": "ada", "password": "ada", "otp": code}
    assert APIClient().post("/api/login", login).status_code == 201
    assert code_of(ask_me(f"ada{code}")) == "second_factor_wrong"


def test_a_code_that_is_over_is_asked_for_anew_and_locks_nobody() -> None:
    secret = f"ada{show_code()}"
    assert ask_me(secret).status_code == 200
    BasicCode.objects.update(expires_at=timezone.now())
    assert {code_of(ask_me(secret)) for _ in range(6)} == {"second_factor_required"}
    assert ask_me(f"ada{show_code(later=1)}").status_code == 200


def test_wrong_codes_are_counted_and_a_repeated_code_forgets_none() -> None:
    secret = f"ada{show_code()}"
    assert ask_me(secret).status_code == 200
    for each in range(3):
        assert code_of(ask_me(f"ada00000{each}")) == "second_factor_wrong"
        assert ask_me(secret).status_code == 200
    assert ask_me(f"ada{show_code(later=1)}").status_code == 429


@pytest.mark.parametrize(
    "password", ["ada", "ada12345", "ada\uff11\uff12\uff13\uff14\uff15\uff16", "123456", "wrong{}"]
)
def test_what_has_no_code_or_another_password_is_refused(password: str) -> None:
    assert ask_me(password.format(show_code())).status_code == 401
    assert not BasicCode.objects.exists()


def test_recovery_codes_are_not_for_basic(codes: list[str]) -> None:
    assert ask_me(f"ada{codes[0]}").status_code == 401
    assert ask_me(codes[0]).status_code == 401


@pytest.mark.parametrize("path", ["/api/sessions", ""])
def test_the_end_of_all_logins_ends_it(user: Any, path: str) -> None:
    secret = f"ada{show_code()}"
    assert ask_me(secret).status_code == 200
    client = APIClient(headers={"Authorization": f"Bearer {begin(user)['accessToken']}"})
    if path:
        client.delete(path)
    else:
        client.post("/api/logout", {"everywhere": True})
    assert code_of(ask_me(secret)) == "second_factor_wrong"


def test_the_removal_of_a_lost_app_ends_it(user: Any) -> None:
    secret, lost = f"ada{show_code()}", Factor.objects.get()
    assert ask_me(secret).status_code == 200
    enrol(user, pyotp.random_base32())
    end_factor(lost)
    assert code_of(ask_me(secret)) == "second_factor_wrong"


def test_users_without_an_app_have_passwords_that_end_in_digits(user: Any) -> None:
    Factor.objects.all().delete()
    user.set_password("ada123456")
    user.save()
    assert ask_me("ada123456").status_code == 200


def test_by_default_it_is_refused(settings: Any) -> None:
    settings.MFA_BASIC = "refuse"
    assert code_of(ask_me("ada")) == "second_factor_required"
    assert ask_me(f"ada{show_code()}").status_code == 401


def test_old_rows_go(user: Any) -> None:
    long_ago = timezone.now() - timedelta(days=2)
    BasicCode.objects.create(digest="0", user=user, expires_at=long_ago)
    assert ask_me(f"ada{show_code()}").status_code == 200
    assert not BasicCode.objects.filter(digest="0").exists()


def test_a_repeated_code_costs_three_queries(django_assert_num_queries: Any) -> None:
    """The app, the code, and the user with the remembered password. Nothing is written."""
    secret = f"ada{show_code()}"
    for _ in range(2):
        ask_me(secret)
    with django_assert_num_queries(3):
        assert ask_me(secret).status_code == 200
