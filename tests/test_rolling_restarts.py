"""Two processes of the service behind nginx and behind HAProxy are restarted in turn, under load."""

from __future__ import annotations

import csv
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest

from tests.databases import make_database
from tests.environment import require
from tests.processes import ROOT, find_free_port, stop, wait_for_port
from tests.proxies import HOST, NGINX, write_certificate, write_nginx

pytestmark = [pytest.mark.exhaustive]

HAPROXY = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
RESTARTS = 10
CLIENTS = 2
Outcome = int | str


def write_haproxy(folder: Path, port: int, services: list[int]) -> Path:
    """Write the sample with this test's ports and certificate."""
    sample = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8")
    pem = folder / "haproxy.pem"
    pem.write_bytes((folder / "cert.pem").read_bytes() + (folder / "cert.key").read_bytes())
    changes = {
        "bind :443": f"bind 127.0.0.1:{port}",
        "/etc/haproxy/api.example.org.pem": str(pem),
        "check inter 1s": "check inter 200ms",
        "maxconn 4096": f"maxconn 4096\n    stats socket {folder}/stats",
        "127.0.0.1:8000": f"127.0.0.1:{services[0]}",
        "127.0.0.1:8001": f"127.0.0.1:{services[1]}",
    }
    for old, new in changes.items():
        assert old in sample
        sample = sample.replace(old, new)
    path = folder / "haproxy.cfg"
    path.write_text(sample, encoding="utf-8")
    return path


def start_service(port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]
    return subprocess.Popen(
        [*command, "--threads", "4"],
        cwd=ROOT,
        env=os.environ | environment,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def start_proxy(command: list[str], port: int) -> Iterator[int]:
    process = subprocess.Popen(command, start_new_session=True)
    try:
        wait_for_port(port, process)
        yield port
    finally:
        stop(process)


class Client:
    """Creates and lists by a kept connection, and notes what becomes of each request."""

    def __init__(self, port: int, until: Event) -> None:
        self.port = port
        self.until = until
        self.outcomes: Counter[Outcome] = Counter()

    def run(self) -> Counter[Outcome]:
        while not self.until.is_set():
            with closing(self.connect()) as connection:
                # Proxies close a kept connection now and then; these clients do so themselves.
                for _ in range(20):
                    self.outcomes[self.ask(connection)] += 1
                    time.sleep(0.02)
        return self.outcomes

    def ask(self, connection: http.client.HTTPConnection) -> Outcome:
        is_write = self.outcomes.total() % 4 == 0
        body = json.dumps({"firstName": "Ada"}) if is_write else None
        path = "/api/customers" if is_write else "/api/customers?take=2"
        headers = {"Content-Type": "application/json"}
        try:
            connection.request("POST" if is_write else "GET", path, body, headers)
            response = connection.getresponse()
            answer = response.read()
        except OSError as error:
            return type(error).__name__
        except http.client.HTTPException as error:
            return type(error).__name__
        return response.status if response.status < 500 else f"{response.status}: {answer[:200]!r}"

    def connect(self) -> http.client.HTTPConnection:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPConnection(HOST)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        return connection


@pytest.fixture
def folder() -> Iterator[Path]:
    # A path of a Unix socket has at most 107 bytes; those of pytest are longer.
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        folder.chmod(0o755)
        yield folder


def test_ten_rolling_restarts_lose_nothing(folder: Path) -> None:
    require(NGINX and HAPROXY, "nginx and HAProxy")
    services, ports = [find_free_port() for _ in "ab"], [find_free_port() for _ in "ab"]
    write_certificate(folder)
    nginx = write_nginx(folder, ports[0], services)
    haproxy = write_haproxy(folder, ports[1], services)
    with ExitStack() as stack:
        url = stack.enter_context(make_database(folder, "migrate"))
        environment = {"DATABASE_URL": url, "AUTH_PLUGINS": "", "ALLOWED_HOSTS": HOST}
        environment |= {"STOP_DELAY": "1s", "TRUSTED_PROXIES": "127.0.0.1"}
        running = {port: start_service(port, environment) for port in services}
        stack.callback(stop_all, running)
        for port, process in running.items():
            wait_for_port(port, process)
        stack.enter_context(start_proxy([str(NGINX), "-c", str(nginx)], ports[0]))
        stack.enter_context(start_proxy([str(HAPROXY), "-db", "-f", str(haproxy)], ports[1]))
        wait_for_balancer(folder)
        outcomes = send_during(lambda: restart_in_turn(running, environment, folder), ports)
        assert set(outcomes) == {200, 201}, outcomes
        assert outcomes.total() > 100
        assert count_customers(ports[0]) == outcomes[201]


def stop_all(running: dict[int, subprocess.Popen[bytes]]) -> None:
    for process in running.values():
        stop(process)


def restart_in_turn(
    running: dict[int, subprocess.Popen[bytes]], environment: dict[str, str], folder: Path
) -> None:
    for number in range(RESTARTS):
        port = list(running)[number % 2]
        running[port].terminate()
        assert running[port].wait(timeout=60) == 0
        running[port] = start_service(port, environment)
        wait_for_port(port, running[port])
        wait_for_balancer(folder)


def wait_for_balancer(folder: Path) -> None:
    """Wait until HAProxy has found both processes well."""
    deadline = time.monotonic() + 60
    while list_states(folder) != {"UP"}:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def list_states(folder: Path) -> set[str]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(folder / "stats"))
        connection.sendall(b"show stat\n")
        text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    rows = csv.DictReader(text.removeprefix("# ").splitlines())
    return {row["status"] for row in rows if row["svname"] in {"one", "two"}}


def send_during(work: object, ports: list[int]) -> Counter[Outcome]:
    """Return what became of the requests that clients sent meanwhile."""
    until = Event()
    with ThreadPoolExecutor(CLIENTS * len(ports)) as pool:
        clients: list[Future[Counter[Outcome]]] = [
            pool.submit(Client(port, until).run) for port in ports for _ in range(CLIENTS)
        ]
        try:
            assert callable(work)
            work()
        finally:
            until.set()
    return sum((client.result() for client in clients), Counter())


def count_customers(port: int) -> int:
    with closing(Client(port, Event()).connect()) as connection:
        connection.request("GET", "/api/customers?take=0", headers={"Prefer": "count=exact"})
        response = connection.getresponse()
        response.read()
        return int(response.headers["X-Total-Count"])
