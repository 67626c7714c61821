"""SQLite under a server: another process that writes, and a file that is gone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.processes import find_free_port, run_python, serve

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "db.sqlite3"


@pytest.fixture
def address(file: Path) -> Iterator[str]:
    environment = {
        "DATABASE_URL": f"sqlite:///{file}",
        "DEBUG": "true",
        "DATABASE_LOCK_TIMEOUT": "1s",
    }
    for command in ("migrate", "seed_users"):
        assert run_python("manage.py", command, **environment).returncode == 0
    with serve(find_free_port(), 2, **environment) as address:
        yield address


def test_readers_do_not_wait_for_another_process_that_writes(address: str, file: Path) -> None:
    token = json.loads(send(f"{address}/api/login", {"username": "admin", "password": "admin"})[1])[
        "accessToken"
    ]
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("UPDATE auth_jwt_session SET last_used_at = '2020-01-01 00:00:00'")
        other.execute("BEGIN IMMEDIATE")
        read = [send(f"{address}/api/customers", token=token)[0] for _ in range(4)]
        wrote = send(f"{address}/api/customers", {"firstName": "Ada"}, token)[0]
        other.execute("ROLLBACK")
        assert (read, wrote) == ([200] * 4, 503)
        assert send(f"{address}/api/customers", {"firstName": "Ada"}, token)[0] == 201


def test_it_is_not_ready_when_its_file_was_moved_away(address: str, file: Path) -> None:
    assert send(f"{address}/api/_health/ready")[0] == 204
    file.rename(file.with_name("moved"))
    assert send(f"{address}/api/_health/ready")[0] == 503


def send(url: str, body: dict[str, str] | None = None, token: str = "") -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": f"Bearer {token}"} if token else {}
    )
    data = json.dumps(body).encode() if body is not None else None
    try:
        with urlopen(Request(url, data, headers), timeout=60) as response:
            return response.status, response.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()
