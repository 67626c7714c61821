"""One refresh token presented by 64 clients at once, to two server processes, round after round."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import takewhile
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.processes import find_free_port, run_python, serve

pytestmark = pytest.mark.exhaustive

CLIENTS = 64
FEWEST_ROUNDS = 20
# CI has as many on each kind of database.
ROUNDS = 100 if os.environ.get("CI") else FEWEST_ROUNDS
# Seconds. A machine with much else to do does fewer rounds rather than hold up everything else.
PATIENCE = 60


COUNT = """
import django; django.setup()
from auth_core.models import AuthEvent
from auth_jwt.models import Session
print(Session.objects.get().generation - 1, AuthEvent.objects.filter(event="refresh").count())
"""


@pytest.fixture
def environment(seeded_url: str) -> dict[str, str]:
    # The grace is long because on a slow machine a round may be so, too.
    return {"DATABASE_URL": seeded_url, "DEBUG": "true", "JWT_REFRESH_GRACE": "5m"}


@pytest.fixture
def address(environment: dict[str, str]) -> Iterator[str]:
    with serve(find_free_port(), CLIENTS // 2, **environment) as address:
        yield address


def count_refreshes(environment: dict[str, str]) -> set[int]:
    """Return how often the session was moved on, by its own account and by the audit's."""
    counted = run_python("-c", COUNT, DJANGO_SETTINGS_MODULE="tests.settings", **environment)
    return {int(number) for number in counted.stdout.split()}


class Client:
    """A connection that is kept open.

    Sending does not wait for the answer, so that one thread can be 64 clients.
    """

    def __init__(self, address: str, stack: ExitStack) -> None:
        url = urlsplit(address)
        self.connection = stack.enter_context(
            socket.create_connection((str(url.hostname), url.port or 0), timeout=60)
        )
        self.answers = stack.enter_context(self.connection.makefile("rb"))

    def send(self, path: str, body: dict[str, str]) -> None:
        content = json.dumps(body)
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        self.connection.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n{content}".encode())

    def receive(self) -> tuple[int, Any]:
        status = int(self.answers.readline().split()[1])
        lines = iter(self.answers.readline, b"\r\n")
        headers = dict(line.decode().lower().strip().split(": ", 1) for line in lines)
        return status, json.loads(self.answers.read(int(headers["content-length"])))


def count_rounds() -> Iterator[int]:
    deadline = monotonic() + PATIENCE
    return takewhile(lambda number: number < FEWEST_ROUNDS or monotonic() < deadline, range(ROUNDS))


def test_one_token_has_one_successor_for_all_who_ask_at_once(
    address: str, environment: dict[str, str]
) -> None:
    with ExitStack() as stack:
        clients = [Client(address, stack) for _ in range(CLIENTS)]
        clients[0].send("/api/login", {"username": "admin", "password": "admin"})
        _, pair = clients[0].receive()
        seen = {pair["refreshToken"]}
        for _ in count_rounds():
            for client in clients:
                client.send("/api/token/refresh", {"refreshToken": pair["refreshToken"]})
            answers = [client.receive() for client in clients]
            assert {status for status, _ in answers} == {200}
            assert (
                len({(answer["accessToken"], answer["refreshToken"]) for _, answer in answers}) == 1
            )
            pair = answers[0][1]
            assert pair["refreshToken"] not in seen
            seen.add(pair["refreshToken"])
    assert count_refreshes(environment) == {len(seen) - 1}
    assert len(seen) > FEWEST_ROUNDS
