"""Devices: what a session's is called, ending all others, the limit, and the operator's command."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from auth_core.devices import name_device
from auth_core.models import AuthEvent
from auth_jwt.models import Session
from tests.conftest import make_basic_header
from tests.sessions import begin, use
from tests.tokens import make_session

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def log_in() -> Any:
    body = {"username": "ada", "password": "ada"}
    return APIClient().post("/api/login", body, headers={"User-Agent": FIREFOX}).json()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("curl/8.5", "curl"),
        ("MyApp/1.0 (build 7)", "MyApp"),
        ("", ""),
        ("(" * 200, "(" * 200),
    ],
)
def test_a_device_has_the_name_of_its_program_and_system(agent: str, name: str) -> None:
    assert name_device(agent) == name


def test_the_list_shows_the_device(user: Any) -> None:
    (session,) = use(log_in(), path="/api/sessions").json()
    assert session["device"] == "Firefox on Windows"


def test_all_other_sessions_are_ended_at_once(user: Any, admin: Any) -> None:
    mine, other, foreign = begin(user), begin(user), begin(admin)
    assert use(mine, "delete", "/api/sessions").status_code == 204
    statuses = [use(pair).status_code for pair in (mine, other, foreign)]
    assert statuses == [200, 401, 200]
    assert AuthEvent.objects.get(event="revocation").detail == "all others, sessions: 1"


def test_a_password_ends_all_sessions_but_none_of_its_own(user: Any) -> None:
    pair = begin(user)
    client = APIClient(headers={"Authorization": make_basic_header("ada", "ada")})
    assert client.delete("/api/sessions").status_code == 204
    assert use(pair).status_code == 401
    assert APIClient().delete("/api/sessions").status_code == 401


def test_a_login_beyond_the_limit_ends_the_oldest_session(user: Any, settings: Any) -> None:
    settings.SESSIONS_PER_USER = 2
    pairs = [log_in() for _ in range(3)]
    assert [use(pair).status_code for pair in pairs] == [401, 200, 200]
    assert "SESSIONS_PER_USER" in AuthEvent.objects.get(event="revocation").detail


@pytest.mark.exhaustive
@pytest.mark.django_db(transaction=True)
def test_logins_at_once_leave_no_session_too_many(user: Any, settings: Any) -> None:
    settings.SESSIONS_PER_USER = 1

    def enter(_: int) -> int:
        try:
            body = {"username": "ada", "password": "ada"}
            return Client().post("/api/login", body, "application/json").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(enter, range(16)))
    assert set(statuses) == {201}
    assert Session.objects.live(timezone.now()).count() == 1


def run(*arguments: str) -> str:
    printed = io.StringIO()
    call_command("sessions", *arguments, stdout=printed)
    return printed.getvalue()


def test_an_operator_lists_live_sessions(user: Any, admin: Any) -> None:
    row = make_session(user, agent=FIREFOX)
    make_session(user, revoked_at=timezone.now())
    make_session(admin)
    assert run("--user", "ADA").split()[-1] == str(row.pk)
    (facts,) = map(json.loads, run("--json", "--user", "ada").splitlines())
    assert (facts["user"], facts["device"]) == ("ada", "Firefox on Windows")
    assert len(run().splitlines()) == 3


def test_an_operator_ends_the_sessions_of_a_user(user: Any, admin: Any) -> None:
    pair, foreign = begin(user), begin(admin)
    assert run("--user", "ada", "--end") == "Ended 1 sessions.\n"
    assert (use(pair).status_code, use(foreign).status_code) == (401, 200)
    assert run("--user", "ada") == "There is no live session.\n"
    assert AuthEvent.objects.get(event="revocation").detail == "by an operator, sessions: 1"


@pytest.mark.parametrize(
    ("name", "line"),
    [("nobody", "There is no user 'nobody'."), ("", "user is empty: give a value.")],
)
def test_an_unknown_user_is_one_line(db: None, name: str, line: str) -> None:
    with pytest.raises(CommandError) as refused:
        run("--user", name, "--end")
    assert str(refused.value) == line
