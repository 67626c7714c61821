"""API keys with 64 clients at once, on two server processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.conftest import make_basic_header
from tests.processes import find_free_port, serve

pytestmark = pytest.mark.exhaustive
CLIENTS = 64
AS_ADMIN = {"Authorization": make_basic_header("admin", "admin")}


@pytest.fixture
def address(seeded_url: str) -> Iterator[str]:
    environment = {"DATABASE_URL": seeded_url, "DEBUG": "true"}
    with serve(find_free_port(), CLIENTS // 2, **environment) as address:
        yield address


def send(address: str, headers: dict[str, str], body: object = None, method: str = "") -> Any:
    """Return the status of the answer and what it holds."""
    data = None if body is None else json.dumps(body).encode()
    headers = {**headers, "Content-Type": "application/json"}
    request = Request(address, data, headers, method=method or ("POST" if data else "GET"))
    try:
        with urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except HTTPError as refusal:
        with refusal:
            return refusal.code, json.loads(refusal.read())


def test_64_clients_at_once(address: str) -> None:
    keys, me = f"{address}/api/api-keys", f"{address}/api/me"
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(CLIENTS))
        answers = list(pool.map(lambda _: send(keys, AS_ADMIN, {"name": "ci"}), range(CLIENTS)))
        made = [answer for status, answer in answers if status == 201]
        assert sorted({status for status, _ in answers}) == [201, 409]
        (key,) = made
        headers = {"X-API-Key": key["key"]}
        assert {send(me, headers)[0] for _ in range(2)} == {200}
        assert {status for status, _ in pool.map(lambda _: send(me, headers), range(256))} == {200}
        one = f"{keys}/{key['id']}"
        ended = pool.map(lambda _: send(one, AS_ADMIN, method="DELETE")[0], range(CLIENTS))
        assert sorted(ended) == [204, *[404] * (CLIENTS - 1)]
        assert {status for status, _ in pool.map(lambda _: send(me, headers), range(64))} == {401}
