"""The sample of nginx: it ends HTTPS, says who calls, and keeps slow clients from the service."""

from __future__ import annotations

import http.client
import json
import os
import socket
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.environment import require
from tests.processes import ROOT, find_free_port, run_python, stop, wait_for_port
from tests.proxies import HOST, NGINX, write_certificate, write_nginx

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

THREADS = 2
SLOW = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("proxy")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """nginx in front of one worker with two threads."""
    require(NGINX, "nginx")
    port, service = find_free_port(), find_free_port()
    write_certificate(folder)
    configuration = write_nginx(folder, port, [service])
    database = {"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "REDIS_URL": ""}
    environment = os.environ | database | {"ALLOWED_HOSTS": HOST, "TRUSTED_PROXIES": "127.0.0.1"}
    assert run_python("manage.py", "migrate", "--verbosity=0", **database).returncode == 0
    options = ("--interface", "wsgi", "--port", str(service), "--blocking-threads", str(THREADS))
    command = [sys.executable, "-m", "granian", *options, "--no-log", "config.wsgi:application"]
    with ExitStack() as stack:
        granian = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        stack.callback(stop, granian)
        wait_for_port(service, granian)
        nginx = subprocess.Popen([str(NGINX), "-c", str(configuration)], start_new_session=True)
        stack.callback(stop, nginx)
        wait_for_port(port, nginx)
        yield port


def connect(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(
        socket.create_connection(("127.0.0.1", port), timeout=30), server_hostname=HOST
    )


def ask(
    port: int, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[int, str]:
    connection = http.client.HTTPConnection(HOST)
    connection.sock = connect(port)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_unfinished_requests_take_no_thread_of_the_service(port: int) -> None:
    lines = (
        "POST /api/login HTTP/1.1",
        f"Host: {HOST}",
        "Content-Type: application/json",
        "Content-Length: 200",
    )
    head = "\r\n".join((*lines, "", "{"))
    with ExitStack() as stack:
        for _ in range(SLOW):
            connection = stack.enter_context(connect(port))
            connection.sendall(head.encode())
        for _ in range(THREADS + 1):
            assert ask(port, "GET", "/api/_health/live")[0] == 204


def test_the_client_cannot_say_where_it_comes_from(port: int, folder: Path) -> None:
    wrong = json.dumps({"username": "nobody", "password": "wrong"})
    forged = {"X-Forwarded-For": "203.0.113.1", "X_Forwarded_For": "203.0.113.2"}
    assert ask(port, "POST", "/api/login", wrong, **forged)[0] == 401
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        events = database.execute("SELECT DISTINCT address FROM auth_core_authevent").fetchall()
    assert events == [("127.0.0.1",)]


def test_a_body_that_is_too_long_is_refused(port: int) -> None:
    assert ask(port, "POST", "/api/login", "x" * 1_100_000)[0] == 413
    assert ask(port, "POST", "/api/customers/1/scan", "x" * 12_000_000)[0] == 413
