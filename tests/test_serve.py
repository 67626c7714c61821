"""`manage.py serve`: how it starts, refuses to start, and stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.databases import make_database
from tests.processes import ROOT, find_free_port, run_python, stop, wait_for_port
from tests.test_killed_worker import list_workers

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

DELAY = 3


@contextmanager
def run_serve(port: int, *options: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "manage.py", "serve", "--port", str(port), *options]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        start_new_session=True,
        stderr=subprocess.PIPE,
    )
    try:
        wait_for_port(port, process)
        yield process
    finally:
        stop(process)
        assert process.stderr
        process.stderr.close()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with make_database(tmp_path_factory.mktemp("serve"), "migrate") as url:
        yield {"DATABASE_URL": url, "REDIS_URL": ""}


def read_status(port: int, path: str) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
            return int(response.status)
    except HTTPError as error:
        error.close()
        return error.code


def test_it_says_what_it_starts_and_stops_after_a_delay(database: dict[str, str]) -> None:
    port = find_free_port()
    delay = {"STOP_DELAY": f"{DELAY}s", "SERVE_WORKERS": "2", "SERVE_CONNECTION_TIMEOUT": "2s"}
    with run_serve(port, "--threads", "3", **database, **delay) as process:
        assert process.stderr
        started = process.stderr.readline().decode()
        assert f"http://127.0.0.1:{port} by 2 workers with up to 3 threads" in started
        assert read_status(port, "/api/_health/ready") == 204
        assert is_closed_when_idle(port)
        second = run_python("manage.py", "serve", "--port", str(port), **database)
        assert (second.returncode, second.stderr.count("\n")) == (1, 1)
        assert "Choose another port" in second.stderr
        process.terminate()
        told = time.monotonic()
        time.sleep(0.5)
        # All workers say so, and all go on.
        assert {read_status(port, "/api/_health/ready") for _ in range(8)} == {503}
        assert {read_status(port, "/api/_health/live") for _ in range(8)} == {204}
        assert process.wait(timeout=60) == 0
        assert time.monotonic() - told >= DELAY


def test_the_last_lines_of_the_request_log_are_written(database: dict[str, str]) -> None:
    port = find_free_port()
    with run_serve(port, "--workers", "1", **database, REQUEST_LOG="true") as process:
        assert read_status(port, "/api/me") == 401
        process.terminate()
        assert process.stderr
        assert b'"path":"/api/me","status":401' in process.stderr.read()


def test_each_worker_knows_the_numbers_of_all(database: dict[str, str]) -> None:
    port = find_free_port()
    with run_serve(port, "--workers", "2", **database) as process:
        for _ in range(40):
            assert read_status(port, "/api/_health/live") == 204
        seen = {read_metrics(port) for _ in range(20)}
        # A worker that is replaced leaves its numbers to the next one.
        os.kill(min(list_workers(process.pid)), signal.SIGKILL)
        time.sleep(3)
        assert {read_metrics(port) for _ in range(5)} == {("40", "2", "3")}
    assert seen == {("40", "2", "2")}


def read_metrics(port: int) -> tuple[str, ...]:
    """Return the requests for the probe, the workers, and how many of these were started."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as response:
        lines = response.read().decode().splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines)
    probe = 'http_requests_total{method="GET",route="/api/_health/live",status="204"}'
    return values[probe], values["workers"], values["worker_starts_total"]


def is_closed_when_idle(port: int) -> bool:
    """Whether the service closes a kept connection that sends nothing more."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/api/_health/live")
        connection.getresponse().read()
        return bool(connection.sock.recv(1) == b"")


@pytest.mark.parametrize(
    ("environment", "fault"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is empty"),
        ({"SERVE_THREADS": "0"}, "SERVE_THREADS is '0'"),
        ({"AUTH_PLUGINS": "auth_jwt"}, "accounts.E001"),
        ({"SERVE_HOST": "nowhere.invalid"}, "There is no host 'nowhere.invalid'"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_message(
    environment: dict[str, str], fault: str
) -> None:
    ended = run_python("manage.py", "serve", "--port", str(find_free_port()), **environment)
    assert ended.returncode == 1
    assert fault in ended.stderr
    assert "Traceback" not in ended.stderr


FORKED = """
import os
from threading import Thread
from uuid_utils.compat import uuid7
uuid7()
for _ in range(2):
    if os.fork() == 0:
        thread = Thread(target=lambda: os.write(1, f"{uuid7().hex[16:]}\\n".encode()))
        thread.start()
        thread.join()
        os._exit(0)
    os.wait()
"""


def test_forked_workers_make_different_ids() -> None:
    first, second = run_python("-c", FORKED).stdout.split()
    assert first != second
