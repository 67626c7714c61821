"""Signing up: the account is there when its owner has opened the link, and not before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from auth_accounts.models import AccountToken, EmailAddress
from auth_accounts.settings import SignUp
from tests.plugins.mailbox import PASSWORD, PUBLIC_URL, Mails
from tests.rest import assert_problem, find_pointers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
ADA = "Ada@Example.org"
FORM = {"email": ADA, "password": PASSWORD, "username": "ada"}
NEW = "another password that nobody has"


@contextmanager
def counted_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Count the passwords that are hashed in this context."""
    made: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self: Any, password: str, salt: str) -> str:
        made.append(salt)
        return encode(self, password, salt)

    with monkeypatch.context() as patch:
        patch.setattr(MD5PasswordHasher, "encode", count)
        yield made


def sign_up(api: APIClient, **changes: str) -> Any:
    return api.post("/api/register", {**FORM, **changes})


def log_in(api: APIClient, username: str, password: str) -> Any:
    return api.post("/api/login", {"username": username, "password": password})


def verify(api: APIClient, token: str, **more: str) -> Any:
    return api.post("/api/register/verify", {"token": token, **more})


def test_the_link_makes_the_account_with_the_role_of_the_setting(
    api: APIClient, mails: Mails
) -> None:
    assert sign_up(api).status_code == 202
    (sent,) = mails.read()
    assert sent.to == ["Ada@example.org"]
    assert mails.links()[0].startswith(f"{PUBLIC_URL}/account/verify?token=")
    assert log_in(api, "ada", PASSWORD).status_code == 401
    assert verify(api, mails.token()).status_code == 204
    answer = log_in(api, "ada", PASSWORD)
    assert (answer.status_code, answer.json()["roles"]) == (201, ["user"])
    assert EmailAddress.objects.get().folded == "ada@example.org"


def test_a_link_works_once_and_its_row_holds_no_token(api: APIClient, mails: Mails) -> None:
    sign_up(api)
    token = mails.token()
    assert token not in repr(AccountToken.objects.values().get())
    assert verify(api, token).status_code == 204
    assert find_pointers(verify(api, token)) == ["#/token"]
    assert find_pointers(verify(api, "x\0")) == ["#/token"]


def test_a_taken_address_has_the_same_answer_and_a_mail_of_its_own(
    api: APIClient, mails: Mails
) -> None:
    sign_up(api)
    verify(api, mails.token())
    before = sign_up(api, email="free@example.org", username="free")
    after = sign_up(api, email="ADA@example.ORG", username="other")
    assert (before.status_code, before.content) == (after.status_code, after.content)
    assert "already" in mails.read()[-1].subject
    assert mails.links()[-1] == f"{PUBLIC_URL}/account/reset"
    assert get_user_model().objects.count() == 1


def test_a_request_never_asks_whether_an_address_has_an_account(
    api: APIClient, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same queries and hashes: nothing is measured by a clock."""
    sign_up(api)
    verify(api, mails.token())
    counts = []
    for email, name in ((ADA, "one"), ("free@example.org", "two")):
        with CaptureQueriesContext(connection) as seen, counted_hashes(monkeypatch) as hashes:
            sign_up(api, email=email, username=name)
        counts.append((len(seen), len(hashes), len(mails.read()) > 0))
    assert counts[0] == counts[1]
    assert counts[0][1] == 1


def test_a_taken_name_is_a_conflict(api: APIClient, mails: Mails, user: Any) -> None:
    problem = assert_problem(sign_up(api, username="ADA"), 409)
    assert [error["pointer"] for error in problem["errors"]] == ["#/username"]
    assert mails.read() == []


def test_the_address_is_the_name_of_a_person_without_one(api: APIClient, mails: Mails) -> None:
    assert api.post("/api/register", {"email": ADA, "password": PASSWORD}).status_code == 202
    verify(api, mails.token())
    assert get_user_model().objects.get().username == "Ada@example.org"
    assert find_pointers(sign_up(api, username="eve@example.org")) == ["#/username"]


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": ["admin"]},
        {"is_superuser": True},
        {"email": "a@b@c"},
        {"email": "ada@example.org\nBcc: eve@example.org"},
        {"email": '"a b"@example.org'},
        {"email": "\u212aim@example.org"},
        {"email": 7},
        {"password": "short"},
        {"username": "a b"},
    ],
)
def test_what_is_not_for_strangers_is_refused(
    api: APIClient, mails: Mails, changes: dict[str, Any]
) -> None:
    assert_problem(sign_up(api, **changes), 400)
    assert mails.read() == []


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        (SignUp(), 403),
        (SignUp("invitation"), 400),
        (SignUp("domain", ("example.com",)), 400),
        (SignUp("domain", ("example.com", "example.org")), 202),
    ],
)
def test_the_setting_decides_who_signs_up(
    api: APIClient, mails: Mails, settings: Any, mode: SignUp, status: int
) -> None:
    settings.SIGN_UP = mode
    assert sign_up(api).status_code == status
    assert len(mails.read()) == (status == 202)


def test_a_stranger_who_signed_up_first_gets_nothing(api: APIClient, mails: Mails) -> None:
    """Account pre-hijacking: the password of the stranger opens nothing, nor does the link."""
    sign_up(api, username="eve", password="the password of the stranger Eve")
    strange = mails.token()
    sign_up(api, username="ada")
    assert verify(api, mails.token(), newPassword=NEW).status_code == 204
    assert find_pointers(verify(api, strange)) == ["#/token"]
    assert log_in(api, "eve", "the password of the stranger Eve").status_code == 401
    assert log_in(api, "ada", NEW).status_code == 201


@pytest.mark.parametrize("opened", [0, 1])
def test_of_several_sign_ups_no_link_brings_its_own_password(
    api: APIClient, mails: Mails, opened: int
) -> None:
    """The owner of the mailbox cannot see which of the mails a stranger has caused."""
    sign_up(api)
    sign_up(api, username="eve", password="the password of the stranger Eve")
    link = mails.links()[opened]
    token = link.partition("token=")[2]
    assert find_pointers(verify(api, token)) == ["#/newPassword"]
    assert not get_user_model().objects.filter(username__in=("ada", "eve")).exists()
    assert verify(api, token, newPassword=NEW).status_code == 204
    assert (
        log_in(api, ("ada", "eve")[opened], "the password of the stranger Eve").status_code == 401
    )


def test_another_link_leaves_the_choice_of_the_password_to_the_owner(
    api: APIClient, mails: Mails
) -> None:
    sign_up(api)
    api.post("/api/register/resend", {"email": ADA})
    again = mails.token()
    sign_up(api, username="eve", password="the password of the stranger Eve")
    api.post("/api/register/resend", {"email": ADA})
    open_token = mails.token()
    assert open_token != again
    assert find_pointers(verify(api, open_token)) == ["#/newPassword"]
    AccountToken.objects.exclude(password="").delete()
    assert find_pointers(verify(api, open_token)) == ["#/newPassword"]
    assert verify(api, open_token, newPassword=NEW, username="ada").status_code == 204
    assert log_in(api, "ada", NEW).status_code == 201


def test_a_name_that_was_taken_meanwhile_can_be_replaced(
    api: APIClient, mails: Mails, user: Any
) -> None:
    user.delete()
    sign_up(api)
    token = mails.token()
    get_user_model().objects.create(username="Ada")
    assert_problem(verify(api, token), 409)
    assert verify(api, token, username="countess").status_code == 204


def test_mail_bombs_are_throttled_for_an_address_and_a_recipient(
    api: APIClient, mails: Mails, settings: Any
) -> None:
    statuses = [
        api.post(
            "/api/register/resend", {"email": ADA}, REMOTE_ADDR=f"192.0.2.{number}"
        ).status_code
        for number in range(8)
    ]
    assert statuses[:5] == [202] * 5
    assert 429 in statuses
    settings.LOCKOUT_ADDRESS_TRIES = 3
    statuses = [
        api.post("/api/password/reset", {"email": f"{number}@example.org"}).status_code
        for number in range(6)
    ]
    assert statuses[0] == 202
    assert 429 in statuses
    assert log_in(api, "ada", "wrong").status_code == 401


@pytest.mark.parametrize("header", ["Bearer stale", "Basic YWRhOndyb25n", "Basic !"])
def test_stale_credentials_beside_it_are_ignored(api: APIClient, mails: Mails, header: str) -> None:
    api.credentials(HTTP_AUTHORIZATION=header)
    assert sign_up(api).status_code == 202
    assert verify(api, mails.token()).status_code == 204
    assert api.post("/api/password/reset", {"email": ADA}).status_code == 202
    form = {"token": mails.token(), "newPassword": NEW}
    assert api.post("/api/password/reset/confirm", form).status_code == 204
    ask = 'mutation { requestPasswordReset(email: "ada@example.org") }'
    assert "errors" not in api.post("/graphql", {"query": ask}).json()
