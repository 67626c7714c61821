"""Errors of resolvers, and who is asked for when."""

import logging
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.db import OperationalError
from rest_framework.exceptions import Throttled
from rest_framework.test import APIClient

from api_http.exceptions import Busy, Unavailable
from entity_api.graphql import reading
from tests.graph import ask, ask_data, ask_error
from tests.shop.models import Customer

pytestmark = pytest.mark.usefixtures("quick_hashes")


def break_search(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def search(*_: Any) -> None:
        raise error

    monkeypatch.setattr(reading, "search_rows", search)


def test_a_fault_of_ours_is_logged_and_not_shown(
    as_admin: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    break_search(monkeypatch, RuntimeError("SELECT secret"))
    as_admin.raise_request_exception = False
    seen: list[Any] = []
    got_request_exception.connect(seen_by := lambda **told: seen.append(told))
    error = ask_error(as_admin, "{ customers { id } }")
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert "secret" not in str(error)
    assert error["path"] == ["customers"]
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert (record.name, "SELECT secret" in (record.exc_text or str(record.exc_info))) == (
        "django.request",
        True,
    )
    assert len(seen) == 1
    got_request_exception.disconnect(seen_by)


def test_a_value_of_ours_that_has_no_place_in_the_schema_is_our_fault(
    as_admin: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "count_rows", lambda *_: "a secret")
    as_admin.raise_request_exception = False
    error = ask_error(as_admin, "{ _customersMeta { count } }")
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in str(error)


def test_a_null_that_only_shows_when_it_runs_is_the_callers(as_admin: APIClient) -> None:
    query = 'query ($w: CustomerWhereUniqueInput = {id: "x"}) { customer(where: $w) { id } }'
    assert ask_data(as_admin, query) == {"customer": None}
    assert ask(as_admin, query, w=None)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_database_that_is_away_is_reported_as_such(
    as_admin: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_search(monkeypatch, OperationalError("the server at 10.0.0.1 is gone"))
    error = ask_error(as_admin, "{ customers { id } }")
    assert error["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert "10.0.0.1" not in str(error)


def test_a_throttled_caller_learns_the_wait(
    as_admin: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_search(monkeypatch, Throttled(wait=6.5))
    extensions = ask_error(as_admin, "{ customers { id } }")["extensions"]
    assert extensions == {"code": "TOO_MANY_REQUESTS", "retryAfter": 7}


def test_one_failing_field_leaves_the_others(as_admin: APIClient) -> None:
    key = Customer.objects.create(first_name="Ada").pk
    query = (
        "query ($id: String!) { customer(where: {id: $id}) { firstName } bad: customer(where: "
        "{id: $id}) { %s } }"
    )
    answer = ask(as_admin, query % "orders(take: -1) { id }", id=str(key))
    assert answer["data"] == {"customer": {"firstName": "Ada"}, "bad": None}
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["errors"][0]["pointer"]) == (["bad"], "#/take")


def test_an_unknown_id_is_null_without_an_error(as_admin: APIClient) -> None:
    assert ask_data(as_admin, '{ customer(where: {id: "x"}) { id } }') == {"customer": None}


@pytest.mark.parametrize("header", ["Bearer stale.token.here", "Basic !!", "Bearer a, Basic b"])
def test_bad_credentials_are_refused_as_often_as_they_are_asked_for(db: None, header: str) -> None:
    client = APIClient(headers={"Authorization": header})
    answer = ask(
        client, '{ a: customer(where: {id: "1"}) { id } b: customer(where: {id: "2"}) { id } }'
    )
    first, second = answer["errors"]
    assert first["message"] == second["message"] == client.get("/api/customers").json()["detail"]
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"] * 2


def test_bad_credentials_do_not_disturb_what_needs_none(user: Any) -> None:
    client = APIClient(headers={"Authorization": "Bearer stale"})
    query = 'mutation { login(credentials: {username: "ada", password: "ada"}) { username accessToken } }'
    assert ask_data(client, query)["login"]["username"] == "ada"
    assert ask_data(client, "{ __typename }") == {"__typename": "Query"}


def test_the_token_of_login_opens_the_rest(user: Any, api: APIClient) -> None:
    query = 'mutation { login(credentials: {username: "ada", password: "ada"}) { id roles accessToken } }'
    login = ask_data(api, query)["login"]
    caller = APIClient(headers={"Authorization": f"Bearer {login['accessToken']}"})
    assert ask_data(caller, "{ userInfo { id username roles accessToken } }")["userInfo"] == {
        "id": login["id"],
        "username": "ada",
        "roles": ["user"],
        "accessToken": None,
    }


def test_undeclared_variables_are_ignored(db: None, api: APIClient) -> None:
    assert ask_data(
        api, "query ($x: Boolean!) { __typename @include(if: $x) }", x=True, y="whatever"
    )


@pytest.mark.parametrize("operand", [{"gt": None}, None])
def test_a_null_condition_is_none(as_admin: APIClient, operand: Any) -> None:
    query = (
        "query ($w: CustomerWhereInput) { customers(where: $w) { id } _customersMeta(where: $w) { "
        "count } }"
    )
    assert ask_data(as_admin, query, w={"createdAt": operand}) == {
        "customers": [],
        "_customersMeta": {"count": 0.0},
    }


@pytest.mark.parametrize("fault", [Unavailable(), Busy(), OperationalError("gone")])
def test_an_overload_says_when_to_try_again(
    as_admin: APIClient, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    break_search(monkeypatch, fault)
    extensions = ask_error(as_admin, "{ customers { id } }")["extensions"]
    assert extensions.keys() == {"code", "retryAfter"}
    assert extensions["code"] == "SERVICE_UNAVAILABLE"
    assert 1 <= extensions["retryAfter"] <= 10


def test_a_locked_account_says_when_to_try_again(user: Any, api: APIClient) -> None:
    query = 'mutation { login(credentials: {username: "ada", password: "wrong"}) { id } }'
    extensions = [ask_error(api, query)["extensions"] for _ in range(6)]
    assert [error.get("retryAfter") for error in extensions] == [None] * 5 + [1]
