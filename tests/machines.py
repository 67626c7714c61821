"""Two machines of the service behind HAProxy, which share PostgreSQL and Redis and nothing else.

The clock of the second one is CLOCKS_APART seconds behind. PostgreSQL has a standby, which every
commit waits for. The network to its primary can be cut.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from auth_jwt.rotation import Rotation
from tests.environment import require
from tests.networks import Network, open_network
from tests.postgres_servers import DATABASE, Server, run_primary, wait_until
from tests.processes import ROOT, find_free_port, run_python, wait_for_port
from tests.proxies import HOST, write_certificate
from tests.redis_servers import Servers, open_servers
from tests.test_rolling_restarts import HAPROXY, list_states, start_proxy, write_haproxy

CLOCKS_APART = 5
ADMIN, PASSWORD = "root", "a long enough pass phrase"
# Of a session. A race of 64 has to fit.
REFRESHES = 100


class Answer(NamedTuple):
    status: int
    body: Any


@dataclass
class Machine:
    """A machine of the service: a process with workers, and a folder with its copy of the keys."""

    port: int
    keys: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--workers", "1", "--threads", "32"],
            cwd=ROOT,
            env=os.environ | self.environment | {"JWT_KEYS_DIR": str(self.keys)},
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        assert self.process
        wait_for_port(self.port, self.process)
        wait_until(lambda: self.ask("/api/_health/ready").status == 204)

    def kill(self) -> None:
        """End all processes at once, as a loss of power does."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(
        self, path: str, body: object = None, token: str = "", method: str | None = None
    ) -> Answer:
        """Send a request to this machine past the balancer."""
        headers = {"Content-Type": "application/json", "Host": HOST}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        try:
            with urlopen(request, timeout=60) as response:
                return Answer(response.status, json.loads(response.read() or "null"))
        except HTTPError as error:
            with error:
                return Answer(error.code, json.loads(error.read() or "null"))
        except OSError:
            return Answer(0, None)

    def log_in(self, name: str) -> dict[str, Any]:
        answer = self.ask("/api/login", {"username": name, "password": PASSWORD})
        assert answer.status == 201, answer
        return dict(answer.body)


@dataclass
class Site:
    """Everything that runs."""

    one: Machine
    two: Machine
    primary: Server
    standby: Server
    redis: Servers
    folder: Path
    balancer: int
    network: Network
    admin: str = field(default="", repr=False)

    @property
    def machines(self) -> tuple[Machine, Machine]:
        return self.one, self.two

    def wait_for_balancer(self) -> None:
        deadline = time.monotonic() + 60
        while list_states(self.folder) != {"UP"}:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def rotate_keys(folder: Path, later: timedelta = timedelta(0)) -> list[str]:
    """Take the steps that are due so much later than now."""
    rotation = Rotation(folder, "EdDSA", datetime.now(UTC) + later, timedelta(days=7))
    return list(rotation.run())


def copy_keys(source: Path, target: Path) -> None:
    """Let a folder of keys hold what the other one holds, as a deployment does."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


@contextmanager
def run_site() -> Iterator[Site]:
    require(HAPROXY, "HAProxy")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        folder.chmod(0o755)
        primary, add_standby = stack.enter_context(run_primary())
        for command in (["migrate"], ["seed_users", "--username", ADMIN, "--password", PASSWORD]):
            done = run_python("manage.py", *command, DATABASE_URL=primary.url, DEBUG="true")
            assert done.returncode == 0, done.stderr
        standby = add_standby()
        # An answered write is on both servers.
        primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.ask("SELECT pg_reload_conf()")
        redis, start_redis = stack.enter_context(open_servers())
        redis_port = start_redis("appendonly yes")
        network = stack.enter_context(open_network(primary.port))
        hosts = f"{network.place},127.0.0.1:{standby.port}"
        options = "target_session_attrs=read-write&connect_timeout=2"
        environment = {
            "DATABASE_URL": f"postgres://postgres@{hosts}/{DATABASE}?{options}",
            "DATABASE_TCP_TIMEOUT": "5s",
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "ALLOWED_HOSTS": HOST,
            "TRUSTED_PROXIES": "127.0.0.1",
            "THROTTLE_REFRESH": f"{REFRESHES}/hour",
            "DJANGO_SETTINGS_MODULE": "tests.late",
            "CLOCK_BEHIND": "0",
        }
        behind = {"CLOCK_BEHIND": str(CLOCKS_APART)}
        ports = [find_free_port() for _ in range(3)]
        one = Machine(ports[0], folder / "one", environment)
        two = Machine(ports[1], folder / "two", environment | behind)
        one.keys.mkdir()
        rotate_keys(one.keys)
        copy_keys(one.keys, two.keys)
        for machine in (one, two):
            machine.start()
            assert machine.process
            stack.callback(machine.kill)
        for machine in (one, two):
            machine.wait()
        write_certificate(folder)
        file = write_haproxy(folder, ports[2], ports[:2])
        stack.enter_context(start_proxy([str(HAPROXY), "-db", "-f", str(file)], ports[2]))
        site = Site(one, two, primary, standby, redis, folder, ports[2], network)
        site.wait_for_balancer()
        site.admin = one.log_in(ADMIN)["accessToken"]
        yield site
