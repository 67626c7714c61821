"""Machines whose clocks differ: what one of them issues, the others take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from auth_jwt.models import Session
from tests.sessions import begin, refresh, statuses, use
from tests.tokens import make_claims, sign

pytestmark = pytest.mark.usefixtures("quick_hashes")
Move = Callable[[float], None]
real_now = timezone.now


@pytest.fixture
def move_clock(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Let this process be one on a machine whose clock is so many seconds ahead of the database's."""

    def move(seconds: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: real_now() + timedelta(seconds=seconds))

    return move


@pytest.mark.parametrize("behind", [0.1, 2, 55])
def test_a_machine_that_is_behind_takes_a_token_at_once(
    user: Any, move_clock: Move, behind: float
) -> None:
    pair = begin(user)
    move_clock(-behind)
    assert statuses(pair) == (200, 200)


@pytest.mark.parametrize("behind", [0.1, 2, 55])
def test_a_machine_that_is_behind_takes_what_another_refreshed(
    user: Any, move_clock: Move, behind: float
) -> None:
    pair = refresh(begin(user)).json()
    move_clock(-behind)
    assert statuses(pair) == (200, 200)


def test_a_token_from_further_in_the_future_is_refused(user: Any) -> None:
    claims = make_claims(user)
    for ahead, status in ((50, 200), (70, 401)):
        later = {"iat": claims["iat"] + ahead, "exp": claims["exp"] + ahead}
        assert use({"accessToken": sign(claims | later)}).status_code == status


def test_the_expiry_is_exact(user: Any) -> None:
    claims = make_claims(user)
    assert use({"accessToken": sign(claims | {"exp": claims["iat"]})}).status_code == 401


@pytest.mark.parametrize("ahead", [-30, 30])
def test_a_refresh_is_repeated_on_another_machine_within_the_grace(
    user: Any, move_clock: Move, ahead: float
) -> None:
    if connection.vendor == "sqlite" and ahead > 0:
        pytest.skip("A SQLite file belongs to one machine, so that there is one clock")
    old = begin(user)
    first = refresh(old).json()
    move_clock(ahead)
    second = refresh(old)
    assert (second.status_code, second.json()["refreshToken"]) == (200, first["refreshToken"])
    assert Session.objects.get().revoked_at is None


def test_no_clock_makes_the_grace_longer(user: Any, settings: Any, move_clock: Move) -> None:
    settings.JWT_REFRESH_GRACE = timedelta(0)
    old = begin(user)
    new = refresh(old).json()
    if connection.vendor == "postgresql":
        move_clock(-30)
    assert refresh(old).status_code == 401
    assert refresh(new).status_code == 401
