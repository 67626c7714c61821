"""Sessions in the admin, and the command that removes what is left of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auth_core.models import AuthEvent
from auth_jwt.models import Session
from tests.sessions import begin, statuses, stored
from tests.tokens import make_session

LIST = "/admin/auth_jwt/session/"


@pytest.fixture
def staff(admin: Any) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def page_of(session: Session, action: str = "change") -> str:
    return f"{LIST}{session.pk}/{action}/"


def test_the_sessions_of_everybody_are_listed_at_a_constant_cost(
    staff: Client, user: Any, admin: Any
) -> None:
    costs = []
    for _ in range(2):
        for owner in (user, admin) * 5:
            make_session(owner)
        with CaptureQueriesContext(connection) as queries:
            page = staff.get(LIST)
        costs.append(len(queries))
    assert page.context["cl"].result_count == 20
    assert costs[0] == costs[1] <= 8


def test_the_list_has_times_in_utc_with_seconds(staff: Client, user: Any) -> None:
    ended = datetime(2026, 3, 1, 1, 2, 3, 999_999, tzinfo=timezone.get_fixed_timezone(60))
    session = make_session(user, revoked_at=ended)
    page = staff.get(LIST).text
    assert "ended at 2026-03-01 00:02:03 UTC" in page
    assert f"{session.expires_at:%Y-%m-%d %H:%M:%S} UTC" in page


@pytest.mark.parametrize(
    "query", ["ada", "127.0.0.1", "curl", "\0", "x " * 500, "%_\\", "00000000-0000-0000-0000-0"]
)
def test_they_can_be_searched(staff: Client, user: Any, query: str) -> None:
    make_session(user, address="127.0.0.1", agent="curl/8")
    assert staff.get(LIST, {"q": query}).status_code in (200, 302)


@pytest.mark.parametrize(("state", "count"), [("live", 1), ("dead", 2), ("x", 3)])
def test_they_are_filtered_by_state(staff: Client, user: Any, state: str, count: int) -> None:
    make_session(user)
    make_session(user, revoked_at=timezone.now())
    make_session(user, expires_at=timezone.now())
    assert staff.get(LIST, {"state": state}).context["cl"].result_count == count


def test_the_button_ends_one_session(staff: Client, user: Any, admin: Any) -> None:
    pair, other = begin(user), begin(user)
    session = Session.objects.order_by("pk")[0]
    assert "End this session" in staff.get(page_of(session)).text
    assert staff.post(page_of(session, "end")).status_code == 302
    assert (statuses(pair), statuses(other)) == ((401, 401), (200, 200))
    assert "End this session" not in staff.get(page_of(session)).text
    event = AuthEvent.objects.get(event="revocation")
    assert (event.user_id, event.actor_id) == (user.pk, admin.pk)


def test_the_action_ends_the_chosen_sessions(staff: Client, user: Any, admin: Any) -> None:
    pairs, kept = [begin(user), begin(user), begin(admin)], begin(user)
    chosen = [str(pk) for pk in Session.objects.order_by("pk").values_list("pk", flat=True)[:3]]
    page = staff.post(LIST, {"action": "end_sessions", "_selected_action": chosen}, follow=True)
    assert "Ended 3 of the selected sessions" in page.text
    assert [statuses(pair) for pair in pairs] == [(401, 401)] * 3
    assert statuses(kept) == (200, 200)
    assert AuthEvent.objects.filter(event="revocation").count() == 2


def test_nobody_adds_or_changes_a_session(staff: Client, user: Any) -> None:
    session = make_session(user)
    before = stored()
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(page_of(session), {"agent": "x"}).status_code == 403
    assert staff.get(page_of(session, "end")).status_code == 405
    assert stored() == before


@pytest.mark.parametrize("id_", ["x", "0190b5a0-0000-7000-8000-000000000000", "%00"])
def test_an_unknown_session_leads_back(staff: Client, id_: str) -> None:
    assert staff.post(f"{LIST}{id_}/end/").status_code == 302
    assert staff.get(f"{LIST}{id_}/change/").status_code == 302


def test_who_may_not_ends_none(user: Any) -> None:
    user.is_staff = True
    user.save()
    client, pair = Client(), begin(user)
    client.force_login(user)
    before = stored()
    session = Session.objects.get()
    chosen = {"action": "end_sessions", "_selected_action": [str(session.pk)]}
    answers = [client.get(LIST), client.post(LIST, chosen), client.post(page_of(session, "end"))]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert stored() == before
    assert statuses(pair) == (200, 200)


def test_a_forged_form_ends_none(admin: Any, user: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    session = make_session(user)
    assert client.post(page_of(session, "end")).status_code == 403
    session.refresh_from_db()
    assert session.revoked_at is None


def test_nothing_of_a_password_is_shown(staff: Client, user: Any) -> None:
    session = make_session(user)
    assert session.auth_hash not in staff.get(page_of(session)).text


def test_a_user_with_sessions_can_be_deleted(staff: Client, user: Any) -> None:
    pair = begin(user)
    assert staff.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"}).status_code == 302
    assert statuses(pair) == (401, 401)
    assert not Session.objects.exists()


@pytest.mark.parametrize("dead", [0, 1, 2500])
def test_pruning_deletes_the_dead_in_batches_and_keeps_the_living(
    user: Any, dead: int, capsys: pytest.CaptureFixture[str]
) -> None:
    living = make_session(user)
    columns = {
        name: getattr(living, name)
        for name in ("created_at", "last_used_at", "rotated_at", "ends_at")
    }
    past = timezone.now() - timedelta(seconds=1)
    ends = [{"expires_at": past}, {"expires_at": living.expires_at, "revoked_at": past}]
    Session.objects.bulk_create(
        Session(user=user, **columns, **ends[number % 2]) for number in range(dead)
    )
    call_command("prune_sessions")
    assert capsys.readouterr().out == f"Deleted {dead} sessions.\n"
    assert list(Session.objects.all()) == [living]
