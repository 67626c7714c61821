"""Of several writes at once that name one ETag, one is done: through real server processes, on
either database.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.databases import make_database
from tests.processes import find_free_port, serve

pytestmark = pytest.mark.exhaustive

AT_ONCE = 6
ROUNDS = 5
Send = Callable[..., tuple[int, str, Any]]


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Send]:
    """Send a request to an open service; the answer is its status, its ETag and what it holds."""
    with make_database(tmp_path_factory.mktemp("races"), "migrate") as url:
        variables = {"AUTH_PLUGINS": "", "DATABASE_URL": url}
        with serve(find_free_port(), **variables) as address:
            yield lambda *arguments, **headers: send(address, *arguments, **headers)


def send(
    address: str, method: str, path: str, body: Any = None, tag: str = ""
) -> tuple[int, str, Any]:
    headers = {"Content-Type": "application/json"} | ({"If-Match": tag} if tag else {})
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(
            Request(f"{address}{path}", data, headers, method=method), timeout=60
        ) as response:
            text = response.read()
            return (
                response.status,
                response.headers.get("ETag", ""),
                json.loads(text) if text else None,
            )
    except HTTPError as error:
        return error.code, "", None


def race(call: Send, requests: list[tuple[str, str, Any]], tag: str) -> list[int]:
    with ThreadPoolExecutor(len(requests)) as pool:
        answers = list(pool.map(lambda request: call(*request, tag=tag), requests))
    return sorted(status for status, _, _ in answers)


def test_of_many_changes_of_one_state_one_is_done(call: Send) -> None:
    _, tag, row = call("POST", "/api/customers", {})
    address = f"/api/customers/{row['id']}"
    for number in range(ROUNDS):
        changes = [("PATCH", address, {"phone": f"{number}-{writer}"}) for writer in range(AT_ONCE)]
        assert race(call, changes, tag) == [200] + [412] * (AT_ONCE - 1)
        _, tag, _ = call("GET", address)


def test_of_many_changes_of_one_rows_links_one_is_done(call: Send) -> None:
    _, tag, row = call("POST", "/api/customers", {})
    address = f"/api/customers/{row['id']}"
    for _ in range(ROUNDS):
        orders = [call("POST", "/api/orders", {})[2]["id"] for _ in range(AT_ONCE)]
        changes = [("PATCH", f"{address}/orders", [{"id": order}]) for order in orders]
        assert race(call, changes, tag) == [200] + [412] * (AT_ONCE - 1)
        _, tag, _ = call("GET", address)
        assert len(call("GET", f"{address}/orders")[2]) == 1


def test_of_a_change_and_a_deletion_of_one_state_one_is_done(call: Send) -> None:
    for _ in range(ROUNDS):
        _, tag, row = call("POST", "/api/customers", {})
        address = f"/api/customers/{row['id']}"
        changes: list[tuple[str, str, Any]] = [
            ("PATCH", address, {"phone": "1"}),
            ("DELETE", address, None),
        ]
        done, refused = race(call, changes, tag)
        assert done == 200
        assert refused in (404, 412)
