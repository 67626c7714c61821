"""Many logins at once, against real processes: some get in, the others are told to come again,
nobody is locked out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.processes import find_free_port, run_python
from tests.test_serve import run_serve

pytestmark = pytest.mark.exhaustive

NAME, PASSWORD = "ada", "a long enough pass phrase"
BURST = 60
Answer = tuple[int, Any, Any]


@pytest.fixture
def url(migrated_url: str) -> Iterator[str]:
    """The service as `serve` starts it."""
    environment = {"DATABASE_URL": migrated_url, "REDIS_URL": ""}
    seeded = run_python(
        "manage.py", "seed_users", "--username", NAME, "--password", PASSWORD, **environment
    )
    assert seeded.returncode == 0, seeded.stderr
    port = find_free_port()
    with run_serve(port, "--workers", "2", **environment):
        yield f"http://127.0.0.1:{port}"


def send(address: str, body: object = None, **headers: str) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    request = Request(address, data, {"Content-Type": "application/json", **headers})
    try:
        with urlopen(request, timeout=60) as response:
            return response.status, response.headers, json.load(response)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, json.load(refusal)


def log_in(url: str) -> Answer:
    return send(f"{url}/api/login", {"username": NAME, "password": PASSWORD})


def burst(url: str, pool: ThreadPoolExecutor) -> list[Any]:
    return [pool.submit(log_in, url) for _ in range(BURST)]


def assert_in_or_told_to_come_again(answers: list[Answer]) -> None:
    assert {status for status, *_ in answers} <= {201, 503}
    for status, headers, body in answers:
        if status == 503:
            assert 2 <= int(headers["Retry-After"]) <= 6
            assert headers["Content-Type"] == "application/problem+json"
            assert body["status"] == 503


def test_a_burst_locks_nobody_out_and_leaves_others_their_answers(url: str) -> None:
    header = f"Bearer {log_in(url)[2]['accessToken']}"
    with ThreadPoolExecutor(BURST + 8) as pool:
        logins = burst(url, pool)
        lists = [
            pool.submit(send, f"{url}/api/customers", None, Authorization=header) for _ in range(20)
        ]
        assert {listing.result()[0] for listing in lists} == {200}
    answers = [login.result() for login in logins]
    assert_in_or_told_to_come_again(answers)
    assert any(status == 201 for status, *_ in answers)
    assert log_in(url)[0] == 201
