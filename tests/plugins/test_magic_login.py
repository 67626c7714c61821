"""Logins by mail: a link or a code, once, for the client that asked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIClient

from auth_magic.models import MagicLogin
from auth_mfa.provider import SecondFactor
from tests.plugins.mailbox import Mails
from tests.plugins.mfa import enrol
from tests.rest import assert_problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
ADDRESS = "ada@example.org"


@pytest.fixture
def ada(user: Any, settings: Any) -> Any:
    settings.MAGIC_LINK_URL = "https://app.example.org/login"
    get_user_model().objects.filter(pk=user.pk).update(email=ADDRESS)
    user.refresh_from_db()
    return user


def ask(api: APIClient, email: str = ADDRESS) -> Any:
    return api.post("/api/login/magic", {"email": email})


def confirm(api: APIClient, token: str, client: str, **more: str) -> Any:
    return api.post("/api/login/magic/confirm", {"token": token, "client": client, **more})


def read_code(mails: Mails) -> str:
    found: list[str] = re.findall(r"^\d{6}$", str(mails.read()[-1].body), re.MULTILINE)
    return found[0]


def test_a_code_or_a_link_logs_in_once(api: APIClient, mails: Mails, ada: Any) -> None:
    client = ask(api).json()["client"]
    code = read_code(mails)
    answer = confirm(api, code, client)
    assert (answer.status_code, answer.json()["username"]) == (201, "ada")
    token = answer.json()["accessToken"]
    assert api.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert_problem(confirm(api, code, client), 401)
    client = ask(api).json()["client"]
    assert mails.links()[-1].startswith("https://app.example.org/login?token=")
    assert confirm(api, mails.token(), client).status_code == 201
    assert_problem(confirm(api, mails.token(), client), 401)


def test_they_are_of_use_to_no_other_client(api: APIClient, mails: Mails, ada: Any) -> None:
    client = ask(api).json()["client"]
    code, token = read_code(mails), mails.token()
    other = ask(api).json()["client"]
    mails.read()
    for text in (code, token):
        assert_problem(confirm(api, text, other), 401)
        assert_problem(confirm(api, text, "x"), 401)
    stored = repr(list(MagicLogin.objects.values()))
    assert not [secret for secret in (client, token, f"'{code}'") if secret in stored]
    assert confirm(api, code, client).status_code == 201


def test_a_code_is_not_guessed(api: APIClient, mails: Mails, ada: Any, settings: Any) -> None:
    settings.LOCKOUT_ACCOUNT_TRIES = 100
    client = ask(api).json()["client"]
    code = read_code(mails)
    wrong = [f"{(int(code) + number) % 10**6:06}" for number in range(1, 6)]
    assert {confirm(api, text, client).status_code for text in wrong} == {401}
    assert_problem(confirm(api, code, client), 401)


@pytest.mark.parametrize("email", [ADDRESS, "nobody@example.org"])
def test_wrong_codes_lock_logins_by_mail_to_an_address_with_or_without_an_account(
    api: APIClient, mails: Mails, ada: Any, settings: Any, email: str
) -> None:
    settings.LOCKOUT_ACCOUNT_TRIES = 4
    clients = [ask(api, email).json()["client"] for _ in range(2)]
    mails.read()
    tries = [(f"wrong {number}", clients[number // 3]) for number in range(6)]
    statuses = [confirm(api, *each).status_code for each in tries]
    assert statuses == [401] * 4 + [429] * 2
    # Nobody is locked out of the other logins, so a lock says nothing of them.
    assert api.post("/api/login", {"username": "ada", "password": "ada"}).status_code == 201


def test_a_lock_of_the_account_shows_only_to_the_owner_of_the_mail(
    api: APIClient, mails: Mails, ada: Any, settings: Any
) -> None:
    settings.LOCKOUT_ACCOUNT_TRIES = 2
    client = ask(api).json()["client"]
    code = read_code(mails)
    for password in ("wrong 1", "wrong 2"):
        api.post("/api/login", {"username": "ada", "password": password})
    assert confirm(api, "wrong", client).status_code == 401
    assert confirm(api, code, client).status_code == 429


def test_a_right_code_forgets_no_wrong_second_step(
    api: APIClient, mails: Mails, ada: Any, settings: Any
) -> None:
    settings.LOCKOUT_ACCOUNT_TRIES = 3
    enrol(ada)
    client = ask(api).json()["client"]
    code = read_code(mails)
    found = [confirm(api, code, client, otp=f"00000{each}").status_code for each in range(4)]
    assert found == [401, 401, 401, 429]


def test_the_answer_and_the_work_are_the_same_for_all(
    api: APIClient, mails: Mails, ada: Any
) -> None:
    ask(api, "first@example.org")
    counts = []
    for email in (ADDRESS, "nobody@example.org"):
        with CaptureQueriesContext(connection) as seen:
            answer = ask(api, email)
        counts.append((answer.status_code, len(answer.content), len(seen)))
    assert counts[0] == counts[1]
    assert [each.to for each in mails.read()] == [[ADDRESS]]


def test_a_second_step_is_asked_for_and_the_code_stays_good(
    api: APIClient, mails: Mails, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def demand(self: Any, request: Any, user: Any, credentials: Any) -> None:
        if credentials.get("otp") != "123456":
            raise AuthenticationFailed("A code is needed.", "second_factor_required")

    monkeypatch.setattr(SecondFactor, "permit_login", demand)
    client = ask(api).json()["client"]
    code = read_code(mails)
    assert assert_problem(confirm(api, code, client), 401)["code"] == "second_factor_required"
    assert confirm(api, code, client, otp="123456").status_code == 201


def test_they_die_by_time_by_a_new_password_and_with_the_account(
    api: APIClient, mails: Mails, ada: Any
) -> None:
    client = ask(api).json()["client"]
    code = read_code(mails)
    MagicLogin.objects.update(expires_at=timezone.now())
    assert_problem(confirm(api, code, client), 401)
    client = ask(api).json()["client"]
    code = read_code(mails)
    ada.set_password("another password")
    ada.save()
    assert_problem(confirm(api, code, client), 401)
    client = ask(api).json()["client"]
    code = read_code(mails)
    get_user_model().objects.update(is_active=False)
    assert_problem(confirm(api, code, client), 401)


def test_they_die_with_the_address_that_they_went_to(
    api: APIClient, mails: Mails, ada: Any
) -> None:
    """Who has lost a mailbox takes another address: the old mailbox opens nothing from then on."""
    client = ask(api).json()["client"]
    code, token = read_code(mails), mails.token()
    ada.email = "countess@example.org"
    ada.save()
    assert {confirm(api, text, client).status_code for text in (code, token)} == {401}
    ada.email = "ADA@Example.org"
    ada.save()
    assert confirm(api, code, client).status_code == 201


def test_the_same_by_graphql(api: APIClient, mails: Mails, ada: Any) -> None:
    def run(query: str) -> Any:
        return api.post("/graphql", {"query": query}).json()

    client = run(f'mutation {{ requestMagicLogin(email: "{ADDRESS}") }}')["data"]
    code = read_code(mails)
    given = f'token: "{code}", client: "{client["requestMagicLogin"]}"'
    query = f"mutation {{ confirmMagicLogin({given}) {{ username accessToken }} }}"
    found = run(query)["data"]["confirmMagicLogin"]
    assert (found["username"], bool(found["accessToken"])) == ("ada", True)
    assert run(query)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
