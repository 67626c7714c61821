"""The faults: each with a way to plant it and the requirements that it breaks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.conf import settings as shipped
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import get_user_model, user_logged_in
from rest_framework.exceptions import AuthenticationFailed

from auth_core.permissions import PolicyPermission
from auth_jwt import tokens
from auth_jwt.key_set import KeySet
from auth_jwt.kinds import ACCESS, REFRESH
from auth_jwt.models import Session
from tests.planted.forms import PasteBarringForm, SecretiveForm, ShowingForm
from tests.planted.own_passwords import TrustingForm

Plant = Callable[[Any, pytest.MonkeyPatch], object]
DJANGO = "django.contrib.auth.password_validation"
HASHERS = "tests.planted.hashers"
QUICK = f"{HASHERS}.QuickHasher"
MD5 = "django.contrib.auth.hashers.MD5PasswordHasher"
COMMON = "accounts.password_rules.UncommonPasswordValidator"
MEMORY = "django.core.cache.backends.locmem.LocMemCache"
DAY = timedelta(days=1)
DECODE = jwt.decode


def put(**values: Any) -> Plant:
    """Plant settings."""

    def plant(settings: Any, patch: pytest.MonkeyPatch) -> None:
        for name, value in values.items():
            setattr(settings, name, value)

    return plant


def replace(place: str, value: object) -> Plant:
    """Plant other code."""
    return lambda settings, patch: patch.setattr(place, value)


def both(*plants: Plant) -> Plant:
    return lambda settings, patch: [plant(settings, patch) for plant in plants]


def validate_with(*names: str, shortest: int = 15) -> Plant:
    length = {"NAME": f"{DJANGO}.MinimumLengthValidator", "OPTIONS": {"min_length": shortest}}
    return put(AUTH_PASSWORD_VALIDATORS=[length, *({"NAME": name} for name in names)])


def hash_with(*names: str) -> Plant:
    return put(PASSWORD_HASHERS=[name if "." in name else f"{HASHERS}.{name}" for name in names])


def add_middleware(name: str) -> Plant:
    """Plant one in the last place that API requests pass."""
    place = shipped.MIDDLEWARE.index("api_http.middleware.ApiMiddleware")
    outer, inner = shipped.MIDDLEWARE[:place], shipped.MIDDLEWARE[place:]
    return put(MIDDLEWARE=[*outer, f"tests.planted.middleware.{name}", *inner])


def open_admin_with(form: type[Any]) -> Plant:
    return lambda settings, patch: patch.setattr(find_admin(), "login_form", form)


def find_admin() -> Any:
    """The site itself: what is patched on the lazy one is not put back."""
    site: Any = admin.site
    site.is_registered(Session)
    return site._wrapped


def permit(old: str, new: str) -> Plant:
    """Plant a policy that differs from the shipped one in one place."""

    def plant(settings: Any, patch: pytest.MonkeyPatch) -> None:
        text = Path(shipped.PERMISSIONS_FILE).read_text(encoding="utf-8")
        assert old in text
        settings.POLICY_TEXT = text.replace(old, new, 1)

    return plant


def add_default_account(settings: Any, patch: pytest.MonkeyPatch) -> None:
    settings.REFUSE_DEFAULT_PASSWORDS = False
    get_user_model().objects.create_user("admin", password="admin")


def set_database_password(settings: Any, patch: pytest.MonkeyPatch) -> None:
    patch.setitem(settings.DATABASES["default"], "PASSWORD", "password")


def refuse_tellingly(
    request: Any, username: str, attempt: Any, refusal: Any, *, reason: str = "", **_: Any
) -> None:
    attempt.fail()
    raise AuthenticationFailed(reason)


def remember_roles() -> Callable[[Any], list[str]]:
    known: dict[Any, list[str]] = {}

    def list_roles(user: Any) -> list[str]:
        return known.setdefault(user.pk, sorted(group.name for group in user.groups.all()))

    return list_roles


def keep_admin_logins_quiet(settings: Any, patch: pytest.MonkeyPatch) -> None:
    receivers = [entry for entry in user_logged_in.receivers if entry[0][0] != "auth_core.record"]
    patch.setattr(user_logged_in, "receivers", receivers)


def mute_audit(settings: Any, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(logging.getLogger("auth_core.audit"), "disabled", True)


def forget_sessions_in_admin(settings: Any, patch: pytest.MonkeyPatch) -> None:
    registry = {model: each for model, each in admin.site._registry.items() if model is not Session}
    patch.setattr(find_admin(), "_registry", registry)


def decode_unsigned(token: str, *_: object, audience: str, issuer: str) -> Any:
    claims = DECODE(token, options={"verify_signature": False})
    if (claims["aud"], claims["iss"]) != (audience, issuer):
        raise jwt.InvalidTokenError
    return claims


def decode_for_anybody(token: str, key: Any, algorithms: Any, options: Any, **_: object) -> Any:
    return DECODE(token, key, algorithms, options | {"verify_aud": False, "verify_iss": False})


def read_either_kind(kind: Any, token: str, now: datetime) -> Any:
    try:
        return tokens.read_token(ACCESS, token, now)
    except tokens.BadTokenError:
        return tokens.read_token(REFRESH, token, now)


def read_without_time(kind: Any, token: str, now: datetime) -> Any:
    claims = DECODE(token, options={"verify_signature": False})
    return tokens.read_token(kind, token, datetime.fromtimestamp(claims["iat"], UTC))


def do_nothing(*_: object, **__: object) -> int:
    return 1


FAULTS: dict[str, tuple[Plant, set[str]]] = {
    "seven characters are enough": (validate_with(COMMON, shortest=7), {"6.2.1"}),
    "no validators": (put(AUTH_PASSWORD_VALIDATORS=[]), {"6.2.1", "6.2.4"}),
    "common passwords pass": (validate_with(), {"6.2.4"}),
    "what is made of common passwords passes": (
        validate_with(f"{DJANGO}.CommonPasswordValidator"),
        {"6.2.4"},
    ),
    "digits alone are refused": (
        validate_with(COMMON, f"{DJANGO}.NumericPasswordValidator"),
        {"6.2.5"},
    ),
    "an upper case letter is asked for": (
        validate_with(COMMON, "tests.planted.validators.UpperCaseValidator"),
        {"6.2.5"},
    ),
    "only ASCII is allowed": (
        validate_with(COMMON, "tests.planted.validators.ASCIIValidator"),
        {"6.2.5"},
    ),
    "63 characters are the most": (
        validate_with(COMMON, "tests.planted.validators.MaximumValidator"),
        {"6.2.9"},
    ),
    "no way to change a password": (
        put(ROOT_URLCONF="tests.planted.urls_without_password"),
        {"6.2.2", "6.2.3"},
    ),
    "the API sets one's own password": (
        replace("auth_core.account_changes.refuse_unconfirmed", do_nothing),
        {"6.2.3"},
    ),
    "the admin takes any old password": (
        replace("auth_core.admin_password.OwnPasswordView.form_class", TrustingForm),
        {"6.2.3"},
    ),
    "a form shows the password": (open_admin_with(ShowingForm), {"6.2.6"}),
    "a form bars pasting": (open_admin_with(PasteBarringForm), {"6.2.7"}),
    "a form bars password managers": (open_admin_with(SecretiveForm), {"6.2.7"}),
    "passwords are cut": (hash_with("TruncatingHasher"), {"6.2.8"}),
    "the case of passwords does not matter": (hash_with("FoldingHasher"), {"6.2.8"}),
    "passwords are trimmed": (hash_with("TrimmingHasher"), {"6.2.8"}),
    "a thousand tries are free": (put(LOCKOUT_ACCOUNT_TRIES=1000), {"6.3.1"}),
    "locks last no time": (put(LOCKOUT_LONGEST=timedelta(0)), {"6.3.1"}),
    "the admin has a login of its own": (
        open_admin_with(AdminAuthenticationForm),
        {"6.3.1", "13.2.3", "16.3.1"},
    ),
    "admin/admin is there and good": (add_default_account, {"6.3.2", "13.2.3"}),
    "unknown users are told at once": (
        put(AUTHENTICATION_BACKENDS=[f"{HASHERS}.HastyBackend"]),
        {"6.3.8"},
    ),
    "failures say why": (
        replace("auth_core.login.refuse_attempt", refuse_tellingly),
        {"6.3.8", "16.3.1"},
    ),
    "session keys are short": (put(SESSION_ENGINE="tests.planted.short_sessions"), {"7.2.3"}),
    "a login keeps the session key": (put(SESSION_ENGINE="tests.planted.kept_sessions"), {"7.2.4"}),
    "refresh tokens live two months": (put(JWT_REFRESH_EXPIRATION=60 * DAY), {"7.3.1"}),
    "sessions live a year": (put(JWT_SESSION_EXPIRATION=365 * DAY), {"7.3.2"}),
    "the admin's cookie lives a year": (put(SESSION_COOKIE_AGE=365 * 86_400), {"7.3.1", "7.3.2"}),
    "the admin's cookie is prolonged for ever": (put(SESSION_SAVE_EVERY_REQUEST=True), {"7.3.2"}),
    "logging out ends nothing": (replace("auth_jwt.logout.revoke", do_nothing), {"7.4.1"}),
    "a listed session cannot be ended": (replace("auth_jwt.views.revoke", do_nothing), {"7.5.2"}),
    "disabled users may refresh": (
        both(
            replace("auth_jwt.sessions._is_good", do_nothing),
            replace("auth_jwt.receivers.revoke", do_nothing),
        ),
        {"7.4.2"},
    ),
    "sessions are not in the admin": (forget_sessions_in_admin, {"7.4.5"}),
    "sessions are not listed": (put(ROOT_URLCONF="tests.planted.urls_without_sessions"), {"7.5.2"}),
    "everyone may delete customers": (
        permit('delete = ["admin"]\nfields.update.email', 'delete = "public"\nfields.update.email'),
        {"8.2.1"},
    ),
    "permissions are not asked": (
        replace("auth_core.permissions.PolicyPermission.has_permission", do_nothing),
        {"8.2.1"},
    ),
    "every caller sees every account": (
        permit('view = ["admin", "own"]', 'view = "all"'),
        {"8.2.2"},
    ),
    "rows are not narrowed": (
        lambda settings, patch: patch.setattr(PolicyPermission, "visible_rows", lambda *_: None),
        {"8.2.2"},
    ),
    "everyone chooses their roles": (permit('fields.update.roles = ["admin"]\n', ""), {"8.2.3"}),
    "roles are remembered": (
        replace("auth_core.caller.list_roles", remember_roles()),
        {"8.3.2"},
    ),
    "signatures are not checked": (replace("jwt.decode", decode_unsigned), {"9.1.1"}),
    "headers of tokens are believed": (
        both(
            replace("jwt.decode", decode_unsigned),
            lambda settings, patch: patch.setattr(KeySet, "find", lambda keys, *_: [keys.signer]),
        ),
        {"9.1.1", "9.1.2", "9.1.3"},
    ),
    "tokens never expire": (replace("auth_jwt.provider.read_token", read_without_time), {"9.2.1"}),
    "refresh tokens open everything": (
        replace("auth_jwt.provider.read_token", read_either_kind),
        {"9.2.2"},
    ),
    "tokens for others are taken": (replace("jwt.decode", decode_for_anybody), {"9.2.3"}),
    "refresh tokens are good for a day": (put(JWT_REFRESH_GRACE=DAY), {"10.4.5"}),
    "refresh tokens are good for ever": (
        replace("auth_jwt.refresh._may_repeat", do_nothing),
        {"10.4.5"},
    ),
    "MD5 hashes passwords": (hash_with(MD5), {"11.4.1", "11.4.2"}),
    "MD5 is taken": (hash_with(QUICK, MD5), {"11.4.1"}),
    "PBKDF2 with few iterations": (hash_with("WeakPBKDF2Hasher"), {"11.4.2"}),
    "argon2 with little memory": (hash_with("WeakArgon2Hasher"), {"11.4.2"}),
    "default passwords are good": (put(REFUSE_DEFAULT_PASSWORDS=False), {"13.2.3"}),
    "the database's password is known": (set_database_password, {"13.2.3"}),
    "the cache's password is known": (
        put(CACHES={"default": {"BACKEND": MEMORY, "LOCATION": "redis://:changeme@cache:6379/0"}}),
        {"13.2.3"},
    ),
    "SECRET_KEY is published": (put(SECRET_KEY="django-insecure-" + "x1" * 20), {"13.2.3"}),
    "JWT_SECRET_KEY is published": (
        put(JWT_SECRET_KEY="please-change-me-" + "x1" * 20),
        {"13.2.3"},
    ),
    "bodies are logged": (add_middleware("log_bodies"), {"16.2.5"}),
    "headers are logged": (add_middleware("log_headers"), {"16.2.5"}),
    "answers are logged": (add_middleware("log_answers"), {"16.2.5"}),
    "the audit's lines are not logged": (mute_audit, {"16.3.1"}),
    "logins in the admin are not recorded": (keep_admin_logins_quiet, {"16.3.1"}),
    "DEBUG shows faults": (put(DEBUG=True), {"16.5.1"}),
    "a middleware shows faults": (add_middleware("show_faults"), {"16.5.1"}),
}
