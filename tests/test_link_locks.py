"""Writes that change links of the same rows lock these rows in one order: none is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from statements import conflicts
from tests.crew.served import find, link
from tests.policies import call_as, make_user

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
ROUNDS = 8


def run_at_once(user: Any, calls: list[tuple[str, str, Any]]) -> list[int]:
    """Send the requests at the same time, and return their statuses."""
    barrier = Barrier(len(calls))

    def send(method: str, address: str, body: Any) -> int:
        client = call_as(user)
        try:
            barrier.wait(10)
            return int(getattr(client, method)(address, body).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: send(*call), calls))


@pytest.mark.parametrize(("method", "status"), [("post", 201), ("patch", 200)])
def test_rows_that_link_each_other_are_no_deadlock(root: object, method: str, status: int) -> None:
    user, model = make_user("ada", "user"), find("Person")
    for _ in range(ROUNDS):
        rows = [model.objects.create(name="Ada") for _ in range(3)]
        links = {row: [{"id": str(each.pk)} for each in rows if each != row] for row in rows}
        calls = [(method, f"/api/people/{row.pk}/friends", links[row]) for row in rows]
        assert run_at_once(user, calls) == [status] * 3


@pytest.fixture
def people(root: object, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Any]:
    """Return the ids of three people and a user. A write that meets a deadlock runs once."""
    monkeypatch.setattr(conflicts, "MOST_RUNS", 1)
    rows = [find("Person").objects.create(name="Ada") for _ in range(3)]
    return [str(row.pk) for row in rows], make_user("ada", "user")


def test_bodies_that_link_each_other_are_no_deadlock(people: tuple[list[str], Any]) -> None:
    ids, user = people
    others = {key: link(*(each for each in ids if each != key)) for key in ids}
    for verb in ("connect", "disconnect", "set") * 3:
        bodies = {key: {"friends": {verb: others[key]}} for key in ids}
        calls = [("patch", f"/api/people/{key}", body) for key, body in bodies.items()]
        assert run_at_once(user, calls) == [200] * 3


def test_new_rows_that_link_the_same_rows_are_no_deadlock(people: tuple[list[str], Any]) -> None:
    (first, second, _), user = people
    for _ in range(ROUNDS):
        bodies = [
            {"name": "x", "friends": {"connect": link(one)}, "reports": {"connect": link(other)}}
            for one, other in ((first, second), (second, first))
        ]
        calls = [("post", "/api/people", body) for body in bodies * 2]
        assert run_at_once(user, calls) == [201] * 4


def test_links_to_one_that_cross_are_no_deadlock(people: tuple[list[str], Any]) -> None:
    (first, second, _), user = people
    for _ in range(ROUNDS):
        pairs = [(first, second), (second, first)]
        calls = [("patch", f"/api/people/{a}", {"pupil": {"id": b}}) for a, b in pairs]
        assert run_at_once(user, calls) == [200] * 2


def test_many_rows_in_any_order_are_no_deadlock(people: tuple[list[str], Any]) -> None:
    ids, user = people
    for number in range(ROUNDS):
        rows = [
            {"id": key, "name": f"{number}", "friends": {"set": link(ids[number % 3])}}
            for key in ids
        ]
        calls = [("patch", "/api/people/bulk", part) for part in (rows, rows[::-1]) * 2]
        assert run_at_once(user, calls) == [200] * 4


def test_many_new_rows_in_any_order_are_no_deadlock(people: tuple[list[str], Any]) -> None:
    ids, user = people
    for _ in range(ROUNDS):
        rows = [{"name": "x", "friends": {"connect": link(key)}} for key in ids]
        calls = [("post", "/api/people/bulk", part) for part in (rows, rows[::-1]) * 2]
        assert run_at_once(user, calls) == [201] * 4
