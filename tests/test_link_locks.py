"""Changes of links that meet in the same rows wait for each other in one order: none is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from tests.crew.served import find
from tests.policies import call_as, make_user

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
ROUNDS = 8


def run_at_once(user: Any, calls: list[tuple[str, str, list[Any]]]) -> list[int]:
    """Send the requests at the same time, and return their statuses."""
    barrier = Barrier(len(calls))

    def send(method: str, address: str, body: list[Any]) -> int:
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
