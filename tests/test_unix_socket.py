"""A proxy that connects by a Unix socket: whose address counts."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.processes import ROOT, stop
from tests.quickstarted import make_fresh_environment

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

CLIENT = "203.0.113.9"
HEADERS = {"Content-Type": "application/json", "X-Forwarded-For": f"192.0.2.1, {CLIENT}"}


class SocketConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self.path))


def ask(path: Path, method: str, target: str, body: Any = None, **headers: str) -> Any:
    with closing(SocketConnection(path)) as connection:
        connection.request(method, target, json.dumps(body) if body else None, HEADERS | headers)
        return json.loads(connection.getresponse().read())


@contextmanager
def serve_socket(database_url: str, proxies: str) -> Iterator[Path]:
    environment = make_fresh_environment() | {
        "DATABASE_URL": database_url,
        "DEBUG": "true",
        "TRUSTED_PROXIES": proxies,
    }
    # A path of a Unix socket has at most 107 bytes; those of pytest are longer.
    with TemporaryDirectory() as directory:
        path = Path(directory) / "app.sock"
        command = [sys.executable, "manage.py", "serve", "--host", f"unix:{path}"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        try:
            wait_for_socket(path, process)
            yield path
        finally:
            stop(process)


def wait_for_socket(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), closing(SocketConnection(path)) as connection:
            connection.connect()
            return
        time.sleep(0.1)
    raise RuntimeError(f"no server at {path} (exit code {process.poll()})")


@pytest.mark.parametrize(("proxies", "found"), [("unix", CLIENT), ("127.0.0.1", None)])
def test_behind_a_unix_socket_that_is_trusted_each_client_has_its_address(
    seeded_url: str, proxies: str, found: str | None
) -> None:
    with serve_socket(seeded_url, proxies) as path:
        login = ask(path, "POST", "/api/login", {"username": "admin", "password": "admin"})
        (session,) = ask(
            path, "GET", "/api/sessions", Authorization=f"Bearer {login['accessToken']}"
        )
    assert session["address"] == found
