"""`manage.py auth_audit` with the plugins: their requirements are met, and each planted fault fails
exactly what it breaks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.core import mail
from django.db import connection
from django.http import HttpResponse

from auth_accounts.models import Purpose
from auth_accounts.reset import reset_password
from auth_accounts.tokens import LIVES
from auth_core import answer_cookies
from auth_core.asvs.run import audit_service
from auth_magic.models import MagicLogin
from auth_magic.waiting import find as find_waiting
from auth_mfa.codes import _find_step
from auth_mfa.provider import SecondFactor
from auth_mfa.secrets import decrypt
from tests.planted.faults import QUICK, both, put, replace

pytestmark = pytest.mark.django_db
Plant = Callable[[Any, pytest.MonkeyPatch], object]
# Of the requirements of the core and of auth_jwt tests/test_auth_audit.py has the faults.
OF_PLUGINS = {
    "6.3.3", "6.3.4", "6.3.7", "6.4.1", "6.4.3", "6.5.1", "6.5.2", "6.5.3", "6.5.4", "6.5.5",
    "6.6.2", "6.6.3", "7.4.3", "7.5.1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def as_in_production(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [QUICK, *settings.PASSWORD_HASHERS[1:]]
    settings.REFUSE_DEFAULT_PASSWORDS = True
    settings.MFA_REQUIRED_FOR = [*settings.ROLES, "staff"]


def find(outcome: str) -> dict[str, str]:
    return {each.id: each.evidence for each in audit_service() if each.outcome == outcome}


def test_with_all_plugins_every_requirement_is_met(settings: Any) -> None:
    demanded = list(settings.MFA_REQUIRED_FOR)
    assert find("fail") == {}
    assert set(find("pass")) >= OF_PLUGINS
    assert demanded == settings.MFA_REQUIRED_FOR
    assert mail.outbox == []


def let_in(provider: SecondFactor, request: Any, user: Any, credentials: Any) -> None:
    """Ask for no code."""


def do_nothing(*_: Any, **__: Any) -> Any:
    return 1


def use_nothing_up(row: Any) -> Any:
    return row.user


def answer_with_login(view: Any, request: Any) -> Any:
    reset_password(request, request.data["token"], request.data["newPassword"])
    answer_cookies(request).set_cookie("session", "key")
    return HttpResponse(status=204)


def take_step_again(factor: Any, code: str, now: Any) -> bool:
    return _find_step(decrypt(factor.secret), code, now) is not None


def find_of_another(client: str) -> Any:
    """Return the first login of the user that waits, whoever asked for it."""
    if (own := find_waiting(client)) is None:
        return None
    rows = MagicLogin.objects.select_related("user").filter(user=own.user)
    return rows.order_by("expires_at").first()


FAULTS: dict[str, tuple[Plant, set[str]]] = {
    "nobody must have a second factor": (put(MFA_REQUIRED_FOR=[]), {"6.3.3"}),
    "users need no second factor": (put(MFA_REQUIRED_FOR=["staff"]), {"6.3.3"}),
    "the second factor is not asked for": (
        replace("auth_mfa.provider.SecondFactor.permit_login", let_in),
        {"6.3.3", "6.3.4", "6.5.1", "6.5.5"},
    ),
    "nobody is told": (replace("auth_accounts.notices._queue", do_nothing), {"6.3.7"}),
    "the old address is not told": (
        replace("auth_accounts.receivers.tell_old_address", do_nothing),
        {"6.3.7"},
    ),
    "links live a month": (
        lambda settings, patch: patch.setitem(LIVES, Purpose.INVITATION, timedelta(days=30)),
        {"6.4.1"},
    ),
    "links are short": (
        replace("auth_accounts.tokens.secrets.token_urlsafe", lambda _: pyotp.random_base32()[:9]),
        {"6.4.1"},
    ),
    "links are good twice": (
        both(
            replace("auth_accounts.reset.use_up", use_nothing_up),
            replace("auth_accounts.reset.drop_tokens", do_nothing),
            replace("auth_accounts.tokens.is_current", do_nothing),
        ),
        {"6.4.1"},
    ),
    "a reset logs in": (
        replace("auth_accounts.views.ResetConfirmView.post", answer_with_login),
        {"6.4.3"},
    ),
    "codes of apps are good twice": (
        replace("auth_mfa.codes.use_step", take_step_again),
        {"6.5.1"},
    ),
    "recovery codes are short": (replace("auth_mfa.codes._CODE_BYTES", 10), {"6.5.2"}),
    "recovery codes are stored as they are": (
        replace("auth_mfa.codes._digest", lambda user, code: code.replace("-", "")),
        {"6.5.2"},
    ),
    "secrets of apps are short": (
        replace("auth_mfa.asvs.make_secret", lambda: pyotp.random_base32(32)[:26]),
        {"6.5.3", "6.5.4"},
    ),
    "codes of apps count for minutes": (
        replace("auth_mfa.codes.NEIGHBOURS", tuple(range(-9, 10))),
        {"6.5.5"},
    ),
    "codes by mail have four digits": (
        both(replace("auth_magic.waiting.DIGITS", 4), replace("auth_magic.asvs.DIGITS", 4)),
        {"6.5.4"},
    ),
    "codes by mail live an hour": (
        both(
            replace("auth_magic.waiting.LIFE", timedelta(hours=1)),
            replace("auth_magic.asvs.LIFE", timedelta(hours=1)),
        ),
        {"6.5.5"},
    ),
    "codes by mail are good for any client": (
        both(
            replace("auth_magic.logins.find", find_of_another),
            replace("auth_magic.waiting.digest_code", lambda client, code: code),
        ),
        {"6.6.2"},
    ),
    "codes by mail may be guessed": (
        both(
            replace("auth_magic.waiting.MOST_TRIES", 10**6),
            put(LOCKOUT_ACCOUNT_TRIES=10**6),
        ),
        {"6.3.1", "6.6.3"},
    ),
    "a reset ends no session": (
        both(
            replace("auth_accounts.reset.recover_account", do_nothing),
            replace("auth_jwt.sessions._is_good", do_nothing),
        ),
        {"7.4.3"},
    ),
    "an address is changed by a token": (
        replace("auth_accounts.receivers.find_caller", lambda: None),
        {"7.5.1"},
    ),
    "a factor is set up by a token": (
        replace("auth_mfa.views.find_owner", lambda request, _: request.user),
        {"7.5.1"},
    ),
}


def test_each_requirement_of_a_plugin_has_a_fault() -> None:
    assert set.union(*(broken for _, broken in FAULTS.values())) >= OF_PLUGINS


@pytest.mark.exhaustive
@pytest.mark.one_database
@pytest.mark.skipif(
    connection.vendor == "postgresql", reason="none of them has to do with the kind of database"
)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_exactly_what_it_breaks(
    settings: Any, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    plant, broken = FAULTS[fault]
    plant(settings, monkeypatch)
    failed = find("fail")
    assert set(failed) == broken, failed
