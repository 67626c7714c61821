"""The service under granian: what only a real server does to a start and to a header."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest

from tests.environment import KEYS

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

ROOT = Path(__file__).parent.parent


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def granian(plugins: str, port: int) -> Iterator[subprocess.Popen[str]]:
    options = ["--interface", "wsgi", "--blocking-threads", "2", "--no-log", "--port", str(port)]
    command = [sys.executable, "-m", "granian", *options, "config.wsgi:application"]
    environment = {**os.environ, **KEYS, "AUTH_PLUGINS": plugins}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def send(
    port: int, *headers: bytes, line: bytes = b"GET /api/me HTTP/1.1", body: bytes = b""
) -> bytes:
    """Send a request with these lines among its headers; return the answer, empty while nobody
    answers.
    """
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    except ConnectionRefusedError:
        return b""
    with connection:
        connection.sendall(
            b"\r\n".join((line, b"Host: localhost", b"Connection: close", *headers, b"", body))
        )
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    port = find_free_port()
    with granian("auth_core,auth_jwt,auth_basic", port) as process:
        while not send(port):
            assert process.poll() is None
            sleep(0.1)
        yield port


def test_two_authorization_headers_are_refused(port: int) -> None:
    answer = send(port, b"Authorization: Basic YWRtaW46YWRtaW4=", b"Authorization: Bearer x")
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"Only one Authorization header is accepted" in answer


@pytest.mark.parametrize(
    "header",
    [
        b"Authorization:",
        b"Authorization: Bearer",
        b"Authorization: Basic \xff\xfe",
        b"Authorization: Basic \xd0\xb0",
        b"Authorization: Bearer " + b"a" * 60_000,
        b"Authorization: Bearer a.b.c",
        b"Authorization_: Basic YWRtaW46YWRtaW4=",
    ],
)
def test_a_hostile_header_is_a_401_with_every_challenge(port: int, header: bytes) -> None:
    answer = send(port, header).lower()
    assert answer.startswith(b"http/1.1 401 ")
    assert b'www-authenticate: bearer realm="api", ' in answer
    assert b'basic realm="api", charset="utf-8"\r\n' in answer
    assert (b'error="invalid_token"' in answer) == header.startswith(b"Authorization: Bearer")


@pytest.mark.parametrize(
    ("plugins", "fault"), [("auth_core", "accounts.E002"), ("auth_jwt", "accounts.E001")]
)
def test_half_a_set_of_plugins_ends_the_server_with_one_message(plugins: str, fault: str) -> None:
    port = find_free_port()
    with granian(plugins, port) as process:
        _, message = process.communicate(timeout=60)
    assert process.returncode == 1
    assert fault in message
    assert "Traceback" not in message
    assert send(port) == b""


def test_an_open_service_says_so_in_one_line_at_the_start() -> None:
    port = find_free_port()
    with granian("", port) as process:
        while not send(port):
            assert process.poll() is None
            sleep(0.1)
        process.terminate()
        _, log = process.communicate(timeout=60)
    (line,) = [line for line in log.splitlines() if "accounts.W001" in line]
    assert "everyone who reaches this service may do everything" in line
