"""Secrets of before: what they signed is still taken, and nothing new is signed with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from auth_jwt.models import Session
from config.environment import read_environment
from tests.keys import write_key
from tests.sessions import begin, refresh, statuses, use
from tests.tokens import make_claims, sign

pytestmark = pytest.mark.usefixtures("quick_hashes")
OLD = "an-old-signing-key-of-the-tests-and-of-nothing-else"
OLDER = "an-older-signing-key-of-the-tests-and-of-nothing-else"
NEW = "a-new-signing-key-for-the-tests-and-for-nothing-else"
NAMES = ("SECRET_KEY_FALLBACKS", "JWT_SECRET_KEY_FALLBACKS")


def replace_jwt_key(settings: Any, *fallbacks: str) -> None:
    settings.JWT_SECRET_KEY, settings.JWT_SECRET_KEY_FALLBACKS = NEW, list(fallbacks)


def replace_secret_key(settings: Any, *fallbacks: str) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, list(fallbacks)


@pytest.mark.parametrize("fallbacks", [[OLD], [OLDER, OLD], [OLD, OLDER]])
def test_a_token_of_an_old_secret_is_taken(user: Any, settings: Any, fallbacks: list[str]) -> None:
    settings.JWT_SECRET_KEY = OLD
    pair = begin(user)
    replace_jwt_key(settings, *fallbacks)
    assert statuses(pair) == (200, 200)


@pytest.mark.parametrize("fallbacks", [[], [OLDER]])
def test_a_token_of_a_secret_that_is_not_kept_is_refused(
    user: Any, settings: Any, fallbacks: list[str]
) -> None:
    settings.JWT_SECRET_KEY = OLD
    pair = begin(user)
    replace_jwt_key(settings, *fallbacks)
    assert statuses(pair) == (401, 401)


def test_an_old_secret_signs_nothing(user: Any, settings: Any) -> None:
    settings.JWT_SECRET_KEY = OLD
    pair = begin(user)
    replace_jwt_key(settings, OLD)
    renewed = refresh(pair).json()
    replace_jwt_key(settings)
    assert statuses(renewed) == (200, 200)


def test_an_old_secret_gives_a_token_no_other_right(user: Any, settings: Any) -> None:
    replace_jwt_key(settings, OLD)
    good = make_claims(user)
    assert use({"accessToken": sign(good, key=OLD)}).status_code == 200
    for claims in (good | {"exp": 1}, good | {"aud": "another"}, good | {"admin": True}):
        assert use({"accessToken": sign(claims, key=OLD)}).status_code == 401


@pytest.mark.parametrize("by", ["directory", "text"])
def test_private_keys_take_over_from_a_secret(
    user: Any, settings: Any, tmp_path: Path, by: str
) -> None:
    settings.JWT_SECRET_KEY = OLD
    pair = begin(user)
    settings.JWT_SECRET_KEY, settings.JWT_SECRET_KEY_FALLBACKS = "", [OLD]
    write_key(tmp_path, "active")
    (file,) = tmp_path.iterdir()
    if by == "directory":
        settings.JWT_KEYS_DIR = str(tmp_path)
    else:
        settings.JWT_PRIVATE_KEYS = file.read_text()
    assert use(pair).status_code == 200
    assert statuses(refresh(pair).json()) == (200, 200)


def test_fallbacks_are_not_published(settings: Any) -> None:
    settings.JWT_SECRET_KEY_FALLBACKS = [OLD]
    assert Client().get("/.well-known/jwks.json").json() == {"keys": []}


def test_sessions_outlive_a_new_secret_key_with_a_fallback(user: Any, settings: Any) -> None:
    old = settings.SECRET_KEY
    pair, other = begin(user), begin(user)
    replace_secret_key(settings, old)
    assert [len(use(each, "get", "/api/sessions").json()) for each in (pair, other)] == [2, 2]
    assert use(pair, "post", "/api/logout", {"everywhere": True}).status_code == 204
    assert statuses(other) == (401, 401)


def test_sessions_end_with_a_secret_key_that_is_not_kept(user: Any, settings: Any) -> None:
    pair = begin(user)
    replace_secret_key(settings, OLD)
    assert statuses(pair) == (401, 401)


def test_a_refreshed_session_needs_the_fallback_no_more(user: Any, settings: Any) -> None:
    pair, old = begin(user), settings.SECRET_KEY
    replace_secret_key(settings, old)
    renewed = refresh(pair).json()
    replace_secret_key(settings)
    assert statuses(renewed) == (200, 200)


def test_a_new_password_ends_a_session_of_a_fallback(user: Any, settings: Any) -> None:
    pair = begin(user)
    replace_secret_key(settings, settings.SECRET_KEY)
    user.set_password("another")
    user.save()
    assert statuses(pair) == (401, 401)


def test_a_better_hash_keeps_a_session_of_a_fallback(user: Any, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [
        *settings.PASSWORD_HASHERS,
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    user.password = "pbkdf2_sha256$1000$salt$" + "x" * 43 + "="
    user.save()
    pair = begin(user)
    replace_secret_key(settings, settings.SECRET_KEY)
    user.set_password("ada")
    user._password = None  # as Django's upgrade of a hash does
    user.save(update_fields=["password"])
    assert statuses(pair) == (200, 200)
    assert Session.objects.get().auth_hash == user.get_session_auth_hash()


def test_the_admin_stays_open_with_a_fallback(admin: Any, settings: Any) -> None:
    browser = Client()
    browser.post("/admin/login/", {"username": "admin", "password": "admin"})
    old = settings.SECRET_KEY
    replace_secret_key(settings, old)
    assert browser.get("/admin/").status_code == 200
    replace_secret_key(settings)
    assert browser.get("/admin/").status_code == 200  # its hash was renewed by the request before
    browser.cookies.clear()
    assert browser.get("/admin/").status_code == 302


@pytest.mark.parametrize("name", NAMES)
def test_they_are_read_with_commas_between(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, f" {OLD}, {OLDER},")
    assert getattr(read_environment(Path()), name.lower()) == [OLD, OLDER]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bad", ["short", "changeme" * 8, "a" * 64])
def test_a_bad_fallback_stops_the_start_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, bad: str
) -> None:
    monkeypatch.setenv(name, f"{OLD},{bad}")
    with pytest.raises(SystemExit) as stop:
        read_environment(Path())
    assert f"  {name} holds a value that cannot be used" in str(stop.value)
    assert OLD not in str(stop.value)
    assert bad not in str(stop.value)


def test_the_secret_key_verifies_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", NEW)
    monkeypatch.setenv("JWT_SECRET_KEY_FALLBACKS", NEW)
    with pytest.raises(SystemExit, match="JWT_SECRET_KEY_FALLBACKS holds"):
        read_environment(Path())


def test_they_are_left_out_of_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, OLD)
    assert OLD not in repr(read_environment(Path()))
