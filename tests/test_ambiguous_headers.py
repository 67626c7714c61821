"""Header names with an underscore, which WSGI cannot tell from those with a hyphen, over real
sockets.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.processes import ROOT, find_free_port, serve, stop, wait_for_port
from tests.quickstarted import make_fresh_environment
from tests.test_server_process import send

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

# It is answered without a database.
LINE = b"POST /api/token/refresh HTTP/1.1"
BODY = b'{"refreshToken":"x"}'
SERVERS = ("granian", "runserver")


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """The service under granian and under Django's own server."""
    database = tmp_path_factory.mktemp("headers") / "db.sqlite3"
    environment = {
        "DATABASE_URL": f"sqlite:///{database}",
        "DEBUG": "true",
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    port = find_free_port()
    command = [sys.executable, "manage.py", "runserver", "--noreload", str(port)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=make_fresh_environment() | environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for_port(port, process)
        with serve(other := find_free_port(), 2, **environment):
            yield {"granian": other, "runserver": port}
    finally:
        stop(process)


def post(port: int, *headers: bytes) -> bytes:
    length = b"Content-Length: %d" % len(BODY)
    return send(port, length, *headers, line=LINE, body=BODY)


@pytest.mark.parametrize("server", SERVERS)
def test_the_right_name_is_read(ports: dict[str, int], server: str) -> None:
    assert post(ports[server], b"Content-Type: application/json").startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("name", [b"Content_Type", b"content_type", b"CONTENT_TYPE"])
def test_an_underscore_makes_no_content_type(
    ports: dict[str, int], server: str, name: bytes
) -> None:
    assert post(ports[server], name + b": application/json").startswith(b"HTTP/1.1 415 ")


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("step", [1, -1])
def test_an_underscore_replaces_no_content_type(
    ports: dict[str, int], server: str, step: int
) -> None:
    lines = [b"Content-Type: application/json", b"Content_Type: text/plain"][::step]
    assert post(ports[server], *lines).startswith(b"HTTP/1.1 401 ")
