"""POST /api/me/password, and what a password may be."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework.test import APIClient

from auth_core.models import AuthEvent
from tests.conftest import make_basic_header
from tests.logins import try_rest

NEW = "analytical engines"
CHANGE = "/api/me/password"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def change(client: APIClient, current: Any = "ada", new: Any = NEW) -> Any:
    return client.post(CHANGE, {"currentPassword": current, "newPassword": new})


def faults(response: Any) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def test_the_new_password_opens_and_the_old_one_no_more(as_user: APIClient) -> None:
    response = change(as_user)
    assert (response.status_code, response.content) == (204, b"")
    assert try_rest("ada", NEW).status_code == 201
    assert try_rest("ada", "ada").status_code == 401


def test_it_ends_every_session(api: APIClient, user: Any) -> None:
    tokens = [try_rest("ada", "ada").json()["accessToken"] for _ in range(2)]
    headers = [{"Authorization": f"Bearer {token}"} for token in tokens]
    assert (
        api.post(
            CHANGE, {"currentPassword": "ada", "newPassword": NEW}, headers=headers[0]
        ).status_code
        == 204
    )
    assert [api.get("/api/me", headers=header).status_code for header in headers] == [401, 401]


def test_it_is_recorded(as_user: APIClient, user: Any) -> None:
    change(as_user)
    event = AuthEvent.objects.get(event="password_change")
    assert (event.user, event.actor, event.username) == (user, None, "ada")


def test_it_is_for_callers_only(api: APIClient, user: Any) -> None:
    assert change(api).status_code == 401
    assert try_rest("ada", "ada").status_code == 201


def test_a_wrong_current_password_changes_nothing(as_user: APIClient, user: Any) -> None:
    response = change(as_user, current="wrong")
    assert (response.status_code, faults(response)) == (400, [("#/currentPassword", "incorrect")])
    assert try_rest("ada", "ada").status_code == 201
    assert AuthEvent.objects.filter(event="failure", detail="wrong_password").count() == 1


def test_guessing_the_current_password_is_locked_like_a_login(api: APIClient, user: Any) -> None:
    token = try_rest("ada", "ada").json()["accessToken"]
    client = APIClient(headers={"Authorization": f"Bearer {token}"})
    statuses = [change(client, current=f"wrong {number}").status_code for number in range(6)]
    assert statuses == [400] * 5 + [429]
    assert change(client).status_code == 429
    assert client.get("/api/me").status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {("#/currentPassword", "required"), ("#/newPassword", "required")}),
        (
            {"currentPassword": 1, "newPassword": None},
            {("#/currentPassword", "invalid"), ("#/newPassword", "null")},
        ),
        (
            {"currentPassword": "ada", "newPassword": NEW, "username": "x"},
            {("#/username", "unknown")},
        ),
        (
            {"currentPassword": "ada", "newPassword": "long enough\0 or so"},
            {("#/newPassword", "null_characters_not_allowed")},
        ),
        ([], {("#", "invalid")}),
    ],
)
def test_a_body_of_another_shape_changes_nothing(
    as_user: APIClient, body: Any, expected: set[tuple[str, str]]
) -> None:
    response = as_user.post(CHANGE, body)
    assert (response.status_code, set(faults(response))) == (400, expected)
    assert try_rest("ada", "ada").status_code == 201


REFUSED = {
    "fourteen-chars": "password_too_short",
    "123456789012345": "password_too_common",
    "passwordpassword": "password_too_common",
    "Password1234567": "password_too_common",
    "IloveYou iloveyou".replace(" ", ""): "password_too_common",
    "aaaaaaaaaaaaaaaaaaaa": "password_too_common",
    "abcabcabcabcabcabc": "password_too_common",
    "1q2w3e4r5t6y7u8i9o0p": "password_too_common",
    "ada@example.org!": "password_too_similar",
    "half a pair \ud800 of it": "password_unusable",
    "word and \0 more words": "password_unusable",
    "x1y2z3" * 171: "password_too_long",
}


@pytest.mark.parametrize("password", REFUSED, ids=lambda password: ascii(password)[:20])
def test_what_is_short_common_or_unusable_is_refused(user: Any, password: str) -> None:
    user.email = "ada@example.org"
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, user)
    assert [error.code for error in refusal.value.error_list] == [REFUSED[password]]


@pytest.mark.parametrize("password", ["fourteen-chars", "passwordpassword"])
def test_a_refused_new_password_changes_nothing(as_user: APIClient, password: str) -> None:
    response = change(as_user, new=password)
    assert (response.status_code, faults(response)) == (400, [("#/newPassword", REFUSED[password])])
    assert password not in response.text
    assert try_rest("ada", "ada").status_code == 201


ACCEPTED = [
    "correct horse battery",
    "384756102938475",
    "ALL CAPITAL LETTERS",
    " blanks at both ends ",
    "пароль из слов и букв",
    "🔑" * 4 + "eleven chars",
    "q8!" + "long " * 200,
]


@pytest.mark.parametrize("password", ACCEPTED, ids=lambda password: ascii(password)[:20])
def test_any_composition_and_any_length_up_to_1024_is_taken_as_it_is(
    as_user: APIClient, password: str
) -> None:
    assert change(as_user, new=password).status_code == 204
    assert try_rest("ada", password).status_code == 201
    for other in (password[:-1], password.strip() + "x", password.swapcase() + " "):
        assert try_rest("ada", other).status_code == 401


def test_no_word_of_a_password_is_normalised(as_user: APIClient) -> None:
    composed, decomposed = "caf\u00e9 au lait le matin", "cafe\u0301 au lait le matin"
    assert change(as_user, new=composed).status_code == 204
    assert try_rest("ada", decomposed).status_code == 401
    assert try_rest("ada", composed).status_code == 201


def test_the_basic_header_changes_with_the_password(as_user: APIClient, api: APIClient) -> None:
    change(as_user)
    assert as_user.get("/api/me").status_code == 401
    assert (
        api.get("/api/me", headers={"Authorization": make_basic_header("ada", NEW)}).status_code
        == 200
    )
