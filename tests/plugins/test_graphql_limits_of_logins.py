"""Mutations that take credentials count for the address, for any caller."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from api_http.limits import counting
from auth_core.models import AuthEvent
from runtime.rates import Rate
from tests.graph import ask, ask_data, ask_error
from tests.sessions import begin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
LOGIN = 'login(credentials: {username: "ada", password: "ada"}) { username }'
TAKEN = [
    LOGIN,
    'register(data: {email: "new@example.org", password: "analytical engine of 1837"})',
    'verifyEmail(token: "x")',
    'requestPasswordReset(email: "ada@example.org")',
    'resetPassword(token: "x", newPassword: "analytical engine of 1837")',
    'requestMagicLogin(email: "ada@example.org")',
    'confirmMagicLogin(token: "x", client: "y") { username }',
    "beginPasskeyLogin",
    'logInByPasskey(credential: "{}") { username }',
    'beginTotp(username: "ada", currentPassword: "wrong") { secret }',
    'confirmTotp(username: "ada", currentPassword: "wrong", otp: "1")',
    'beginPasskey(username: "ada", currentPassword: "wrong")',
    'addPasskey(username: "ada", currentPassword: "wrong", credential: "{}") { id }',
]


@pytest.fixture(autouse=True)
def two_a_minute(settings: Any) -> None:
    settings.THROTTLE_ANONYMOUS = Rate(2, 60)
    counting._share_buckets.cache_clear()


def call(user: Any) -> APIClient:
    return APIClient(headers={"Authorization": f"Bearer {begin(user)['accessToken']}"})


def find_code(client: APIClient, operation: str) -> str:
    """Return the code of the error, or "" without an error."""
    errors = ask(client, f"mutation {{ {operation} }}").get("errors") or [{"extensions": {}}]
    return str(errors[0]["extensions"].get("code", ""))


def test_a_login_and_the_route_share_a_limit(user: Any) -> None:
    api = APIClient()
    assert api.post("/api/login", {"username": "ada", "password": "ada"}).status_code == 201
    assert ask_data(api, f"mutation {{ {LOGIN} }}")
    events = AuthEvent.objects.filter(event="login").count()
    refusal = ask_error(api, f"mutation {{ {LOGIN} }}")
    assert refusal["extensions"]["code"] == "TOO_MANY_REQUESTS"
    assert refusal["message"].startswith("Too many requests.")
    assert AuthEvent.objects.filter(event="login").count() == events


@pytest.mark.parametrize("operation", TAKEN)
def test_a_known_caller_is_counted_for_what_takes_credentials(
    user: Any, admin: Any, operation: str
) -> None:
    client = call(admin)
    codes = [find_code(client, operation) for _ in range(3)]
    assert codes[2] == "TOO_MANY_REQUESTS"
    assert "TOO_MANY_REQUESTS" not in codes[:2]


def test_logins_under_aliases_are_a_single_try(user: Any) -> None:
    wrong = LOGIN.replace('"ada"}', '"wrong"}')
    many = " ".join(f"a{each}: {wrong}" for each in range(9))
    answer = ask(APIClient(), f"mutation {{ {many} }}")
    assert "UNAUTHENTICATED" in [error["extensions"]["code"] for error in answer["errors"]]
    assert AuthEvent.objects.filter(event="failure").count() == 1


def test_a_caller_who_is_known_reads_without_a_count(admin: Any) -> None:
    client = call(admin)
    answers = [ask_data(client, "{ userInfo { username } }") for _ in range(4)]
    assert answers == [{"userInfo": {"username": "admin"}}] * 4
