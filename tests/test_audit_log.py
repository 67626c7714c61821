"""`manage.py audit_log`, and the audit in the admin."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auth_core.audit import record
from auth_core.audit_chart import HEIGHT, count_days
from auth_core.models import AuthEvent


def print_log(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("audit_log", *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def events(db: None) -> None:
    now = timezone.now()
    for hours, name, event in (
        (50, "old", "login"),
        (3, "ada", "login"),
        (1, "eve with blanks", "failure"),
    ):
        AuthEvent(at=now - timedelta(hours=hours), event=event, username=name).save()


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], ["ada", '"eve with blanks"']),
        (["--since=2h"], ['"eve with blanks"']),
        (["--since=200m"], ["ada", '"eve with blanks"']),
        (["--since=1w"], ["old", "ada", '"eve with blanks"']),
        (["--since=2020-01-01"], ["old", "ada", '"eve with blanks"']),
        (["--since=2020-01-01T00:00+02:00", "--event=failure"], ['"eve with blanks"']),
        (["--since=9w", "--user=ada"], ["ada"]),
        (["--since=9999-01-01"], []),
    ],
)
def test_it_prints_what_is_asked_for_oldest_first(
    events: None, arguments: list[str], names: list[str]
) -> None:
    assert [line.split("username=")[1] for line in print_log(*arguments)] == names


def test_it_prints_json_for_machines(admin: Any) -> None:
    record("logout", user=admin, provider="Bearer")
    *_, line = print_log("--json")
    event = json.loads(line)
    assert (event["event"], event["username"], event["user"]) == ("logout", "admin", str(admin.pk))
    assert event["at"].endswith("Z")


@pytest.mark.parametrize("since", ["yesterday", "2h30m", "-2h", "999999w", "2026-13-01"])
def test_a_time_it_does_not_understand_is_reported(db: None, since: str) -> None:
    with pytest.raises(CommandError, match=r"--since is .* it may be 30m, 2h, 7d"):
        print_log(f"--since={since}")


def test_a_name_that_no_account_can_have_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match=r"user is '\\udcff', which is no text"):
        print_log("--user=\udcff")


def test_the_admin_shows_and_finds_but_never_changes(admin: Any, events: None) -> None:
    client = Client()
    client.force_login(admin)
    address = "/admin/auth_core/authevent/"
    event = AuthEvent.objects.get(username="ada")
    page = client.get(address, {"q": "ada", "event": "login"})
    assert [row.pk for row in page.context["cl"].result_list] == [event.pk]
    assert client.get(f"{address}{event.pk}/change/").status_code == 200
    for path in ("add/", f"{event.pk}/delete/"):
        assert client.post(address + path, {"post": "yes"}).status_code == 403
    assert client.post(f"{address}{event.pk}/change/", {"username": "x"}).status_code == 403
    assert AuthEvent.objects.get(pk=event.pk).username == "ada"


def test_the_list_shows_exact_times_and_who_acted(admin: Any, user: Any) -> None:
    at = datetime(2026, 3, 1, 1, 2, 3, tzinfo=timezone.get_fixed_timezone(60))
    texts: dict[str, Any] = {"at": at, "request_id": "r" * 64, "agent": "<b>" + "a" * 190}
    known = AuthEvent.objects.create(event="unlock", user=user, actor=admin, **texts)
    gone = AuthEvent.objects.create(event="unlock", actor_id=uuid4(), **texts)
    client = Client()
    client.force_login(admin)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/admin/auth_core/authevent/").text
    assert len(queries) <= 12
    assert "2026-03-01 00:02:03 UTC" in page
    assert f'<td class="field-actor_name">{admin.get_username()}</td>' in page
    assert '<td class="field-actor_name">-</td>' in page
    assert "r" * 64 in page
    assert "<b>" not in page
    for event in (known, gone):
        assert client.get(f"/admin/auth_core/authevent/{event.pk}/change/").status_code == 200


def test_the_admin_draws_the_days(admin: Any, events: None) -> None:
    client = Client()
    client.force_login(admin)
    page = client.get("/admin/auth_core/authevent/").text
    days = count_days()
    assert page.count("<rect") == 3 * len(days)
    assert sum(day.failures for day in days) == 1
    assert max(day.login_bar.height for day in days) == HEIGHT


def test_a_long_search_is_no_server_error(admin: Any) -> None:
    client = Client()
    client.force_login(admin)
    assert client.get("/admin/auth_core/authevent/", {"q": "x " * 5000 + "\0"}).status_code == 200
