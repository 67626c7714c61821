"""One's own sessions: what is shown of them, what may be ended, and what a request costs."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from auth_core.models import AuthEvent
from auth_jwt.models import Session
from tests.conftest import make_basic_header
from tests.rest import MISSING, assert_problem
from tests.sessions import begin, stored, use
from tests.shop.models import Customer
from tests.tokens import make_session


def log_in(**headers: str) -> Any:
    return (
        APIClient()
        .post("/api/login", {"username": "ada", "password": "ada"}, headers=headers)
        .json()
    )


def test_a_login_is_listed_with_its_address_and_agent(user: Any) -> None:
    pair = log_in(**{"User-Agent": "curl/8"})
    (session,) = use(pair, "get", "/api/sessions").json()
    row = Session.objects.get()
    assert (session["id"], session["current"]) == (str(row.pk), True)
    assert (session["address"], session["agent"]) == ("127.0.0.1", "curl/8")
    assert session.keys() == {
        "id",
        "createdAt",
        "lastUsedAt",
        "expiresAt",
        "address",
        "agent",
        "device",
        "current",
    }
    assert session["expiresAt"] == row.expires_at.isoformat(timespec="milliseconds").replace(
        "+00:00", "Z"
    )
    assert UUID(session["id"]).version == 7


def test_only_living_sessions_of_ones_own_are_listed_the_latest_first(
    user: Any, admin: Any
) -> None:
    first, second, _ = make_session(user), begin(user), begin(admin)
    make_session(user, revoked_at=timezone.now())
    make_session(user, expires_at=timezone.now())
    make_session(user, auth_hash="of another password")
    shown = use(second, "get", "/api/sessions").json()
    assert [session["current"] for session in shown] == [True, False]
    assert shown[1]["id"] == str(first.pk)


def test_a_password_has_no_current_session(user: Any) -> None:
    make_session(user)
    client = APIClient(headers={"Authorization": make_basic_header("ada", "ada")})
    assert [session["current"] for session in client.get("/api/sessions").json()] == [False]


def test_what_an_agent_calls_itself_is_cut_and_cleaned(user: Any) -> None:
    log_in(**{"User-Agent": "a\0\x1b[2J" + "b" * 5000})
    assert Session.objects.get().agent == "a\ufffd\ufffd[2J" + "b" * 194


def test_one_of_ones_own_sessions_can_be_ended(user: Any) -> None:
    mine, other = begin(user), make_session(user)
    response = use(mine, "delete", f"/api/sessions/{other.pk}")
    assert (response.status_code, response.content) == (204, b"")
    assert [session["current"] for session in use(mine, "get", "/api/sessions").json()] == [True]
    assert AuthEvent.objects.get(event="revocation").user_id == user.pk


@pytest.mark.parametrize("id_", [MISSING, "x", "1", "%00", "0" * 3000, "None"])
def test_an_unknown_session_is_not_found(user: Any, id_: str) -> None:
    pair = begin(user)
    before = stored()
    assert_problem(use(pair, "delete", f"/api/sessions/{id_}"), 404)
    assert stored() == before


def test_a_foreign_or_dead_session_is_as_good_as_unknown(user: Any, admin: Any) -> None:
    admin.password = user.password  # as in accounts that were taken over from elsewhere
    admin.save()
    pair = begin(user)
    rows = make_session(admin), make_session(user, revoked_at=timezone.now())
    before = stored()
    problems = [assert_problem(use(pair, "delete", f"/api/sessions/{row.pk}"), 404) for row in rows]
    assert (
        problems[0]
        == problems[1]
        == assert_problem(use(pair, "delete", f"/api/sessions/{MISSING}"), 404)
    )
    assert stored() == before


@pytest.mark.parametrize(
    ("method", "path"), [("get", "/api/sessions"), ("delete", f"/api/sessions/{MISSING}")]
)
def test_nobody_has_no_sessions(user: Any, api: APIClient, method: str, path: str) -> None:
    assert getattr(api, method)(path).status_code == 401


def count_queries(pair: Any, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert use(pair, "get", path).status_code == 200
    return len(queries)


def test_a_token_costs_one_query_for_session_user_and_roles(admin: Any) -> None:
    pair = begin(admin)
    assert count_queries(pair, "/api/me") == 1


@pytest.mark.parametrize("rows", [0, 20])
def test_a_list_costs_two_queries(admin: Any, rows: int) -> None:
    Customer.objects.bulk_create(Customer() for _ in range(rows))
    assert count_queries(begin(admin), "/api/customers") == 2


@pytest.mark.django_db(transaction=True)
def test_the_last_use_is_written_once_a_minute(admin: Any) -> None:
    past = timezone.now() - timedelta(seconds=61)
    pair = begin(admin, last_used_at=past)
    assert [count_queries(pair, "/api/me") for _ in range(3)] == [2, 1, 1]
    assert Session.objects.get().last_used_at > past + timedelta(seconds=60)


def test_a_session_shows_where_it_was_last_refreshed(user: Any, api: APIClient) -> None:
    pair = begin(user, address="192.0.2.60", agent="first")
    client = APIClient(REMOTE_ADDR="203.0.113.200", headers={"User-Agent": "other\x1b/1"})
    renewed = client.post("/api/token/refresh", {"refreshToken": pair["refreshToken"]}).json()
    (shown,) = use(renewed, "get", "/api/sessions").json()
    assert (shown["address"], shown["agent"]) == (
        "203.0.113.200",
        "other\N{REPLACEMENT CHARACTER}/1",
    )


def test_a_refresh_that_is_refused_shows_nowhere(user: Any) -> None:
    pair = begin(user, address="192.0.2.60", agent="first")
    APIClient(REMOTE_ADDR="203.0.113.200").post(
        "/api/token/refresh", {"refreshToken": pair["accessToken"]}
    )
    assert (Session.objects.get().address, Session.objects.get().agent) == ("192.0.2.60", "first")
