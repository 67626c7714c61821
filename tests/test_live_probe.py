"""SERVE_LIVE_PORT: the live probe is answered whatever the request threads do."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.databases import make_database
from tests.processes import find_free_port, run_python
from tests.test_killed_worker import list_workers, wait_until
from tests.test_serve import run_serve

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

THREADS = 4
LIVE = b"GET /api/_health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HALF = (
    b"POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 100\r\n\r\n{"username": '
)
LISTENS = "0A"
# Closing with this sends a reset.
RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Service:
    process: subprocess.Popen[bytes]
    port: int
    live_port: int


@contextmanager
def start_service(folder: Path) -> Iterator[Service]:
    port, live_port = find_free_port(), find_free_port()
    environment = {"REDIS_URL": "", "SERVE_LIVE_PORT": str(live_port)}
    with make_database(folder, "migrate") as url:
        options = ("--workers", "1", "--threads", str(THREADS))
        with run_serve(port, *options, **environment, DATABASE_URL=url) as process:
            wait_until(lambda: ask(port) == 204)
            yield Service(process, port, live_port)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with start_service(tmp_path_factory.mktemp("live")) as started:
        yield started


def ask(port: int, request: bytes = LIVE, patience: float = 30) -> int:
    """Return the status of the answer, and 0 if there is none."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=patience) as it:
        it.sendall(request)
        answer = b"".join(iter(lambda: it.recv(65_536), b""))
        return int(answer.split()[1]) if answer else 0
    return 0


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def test_it_answers_while_all_threads_hang(service: Service) -> None:
    with ExitStack() as stack:
        for _ in range(THREADS):
            stack.enter_context(connect(service.port)).sendall(HALF)
        wait_until(lambda: ask(service.port, patience=3) == 0)
        assert [ask(service.live_port) for _ in range(20)] == [204] * 20
        assert ask(service.port, patience=3) == 0
    wait_until(lambda: ask(service.port) == 204)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"HEAD /api/_health/live HTTP/1.1", 204),
        (b"GET /api/_health/live/?x=1 HTTP/1.0", 204),
        (b"GET /api/_health/ready HTTP/1.1", 404),
        (b"GET / HTTP/1.1", 404),
        (b"GET /api/_health/live/../../me HTTP/1.1", 404),
        (b"POST /api/_health/live HTTP/1.1", 404),
        (b"GET", 404),
        (b"\xff\xfe \0 \0", 404),
    ],
)
def test_it_has_no_other_route(service: Service, line: bytes, status: int) -> None:
    assert ask(service.live_port, line + b"\r\nHost: localhost\r\n\r\n") == status


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"GET /api/_health/live HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        os.urandom(7_000),
        b"GET /api/_health/live HTTP/1.1\r\nX: " + b"x" * 1_000_000,
        LIVE * 1_000,
    ],
    ids=["nothing", "half", "tls", "random", "long", "pipeline"],
)
def test_it_survives_junk(service: Service, junk: bytes) -> None:
    assert ask(service.live_port, junk) in {0, 204}
    with connect(service.live_port) as client:
        with suppress(OSError):
            client.sendall(junk)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    assert ask(service.live_port) == 204


def test_clients_that_stay_keep_nobody_out(service: Service) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(connect(service.live_port)) for _ in range(300)]
        assert ask(service.live_port) == 204
        # Each is let go, as its request does not come.
        for client in silent:
            with suppress(ConnectionResetError):
                assert client.recv(1) == b""


def list_sockets(process: int, port: int) -> dict[str, str]:
    """Return by inode the state of each socket of the process that has this local port."""
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    rows = [line.split() for line in lines]
    states = {row[9]: row[3] for row in rows if row[1].endswith(f":{port:04X}")}
    held = set()
    for link in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):
            held.add(str(link.readlink()))
    return {inode: state for inode, state in states.items() if f"socket:[{inode}]" in held}


def test_no_worker_holds_its_sockets(service: Service) -> None:
    main, port = service.process.pid, service.live_port
    (first,) = list_workers(main)
    assert list(list_sockets(main, port).values()).count(LISTENS) == 1
    assert list_sockets(first, port) == {}
    # A worker that is forked while clients are connected gets none of them either.
    with ExitStack() as stack:
        stack.enter_context(connect(port)).sendall(b"GET ")
        wait_until(lambda: len(list_sockets(main, port)) == 2)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: bool(list_workers(main) - {first}))
        wait_until(lambda: ask(service.port) == 204)
        (second,) = list_workers(main)
        assert list_sockets(second, port) == {}
    assert ask(port) == 204


def test_it_ends_with_the_service(tmp_path: Path) -> None:
    with start_service(tmp_path) as service:
        assert ask(service.live_port) == 204
        service.process.terminate()
        assert service.process.wait(timeout=60) == 0
        assert ask(service.live_port) == 0


def test_a_port_that_is_taken_ends_the_start_with_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        free = str(find_free_port())
        for live, port, reason in (
            (number, free, "in use"),
            (free, free, "the service itself listens there"),
        ):
            ended = run_python("manage.py", "serve", "--port", port, SERVE_LIVE_PORT=live)
            assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
            assert reason in ended.stderr
            assert "Choose another port with SERVE_LIVE_PORT." in ended.stderr
