"""Redis servers of a test's own: a master with a replica and Sentinels, and a cluster."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from redis import Redis, RedisError

from tests.environment import require
from tests.processes import find_free_port, stop, wait_for_port

PATIENCE = 60
PASSWORD = "a-pass,word"
MASTER = "main"
# Hash slots of a cluster (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).
SLOTS = 16_384


@dataclass
class Servers:
    """Running servers by their ports, and the URL that leads to them."""

    url: str = ""
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def kill(self, port: int) -> None:
        self.processes[port].kill()
        self.processes[port].wait()

    def start_again(self, port: int) -> None:
        """Start a killed server with the data that it had."""
        process = subprocess.Popen(self.processes[port].args, start_new_session=True)
        self.processes[port] = process
        wait_for_port(port, process)

    def stop(self) -> None:
        for process in self.processes.values():
            stop(process)


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(RedisError):
            if is_so():
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def connect(port: int, password: str | None = None) -> Any:
    return Redis(port=port, password=password, decode_responses=True)


@contextmanager
def open_servers() -> Iterator[tuple[Servers, Callable[..., int]]]:
    """Yield servers, and a function that starts one with these lines of configuration."""
    program = shutil.which("redis-server")
    require(program, "redis-server")
    with TemporaryDirectory() as directory, ExitStack() as stack:
        servers = Servers()
        stack.callback(servers.stop)

        def start(*lines: str, sentinel: bool = False) -> int:
            port = find_free_port()
            folder = Path(directory) / str(port)
            folder.mkdir()
            common = (f"port {port}", "bind 127.0.0.1", f"dir {folder}", f"logfile {folder}/log")
            plain = () if sentinel else ('save ""', "repl-diskless-sync-delay 0")
            file = folder / "redis.conf"
            file.write_text("\n".join((*common, *plain, *lines)) + "\n", encoding="utf-8")
            command = [str(program), str(file), *(["--sentinel"] if sentinel else [])]
            process = subprocess.Popen(command, start_new_session=True)
            servers.processes[port] = process
            wait_for_port(port, process)
            return port

        yield servers, start


@contextmanager
def run_sentinels() -> Iterator[tuple[Servers, int]]:
    """Yield a master with a replica that three Sentinels watch, and the master's port."""
    with open_servers() as (servers, start):
        secret = (f'requirepass "{PASSWORD}"', f'masterauth "{PASSWORD}"')
        master = start(*secret)
        replica = start(*secret, f"replicaof 127.0.0.1 {master}")
        wait_until(lambda: connect(replica, PASSWORD).info()["master_link_status"] == "up")
        watch = (
            f"sentinel monitor {MASTER} 127.0.0.1 {master} 2",
            f'sentinel auth-pass {MASTER} "{PASSWORD}"',
            f"sentinel down-after-milliseconds {MASTER} 500",
            f"sentinel failover-timeout {MASTER} 3000",
        )
        watchers = [start(*watch, sentinel=True) for _ in range(3)]
        wait_until(lambda: all(map(_knows_all, watchers)))
        hosts = ",".join(f"127.0.0.1:{port}" for port in watchers)
        servers.url = f"redis+sentinel://:{PASSWORD.replace(',', '%2C')}@{hosts}/{MASTER}/0"
        yield servers, master


def _knows_all(watcher: int) -> bool:
    state = connect(watcher).sentinel_master(MASTER)
    return bool(state["num-slaves"] == 1 and state["num-other-sentinels"] == 2)


@contextmanager
def run_cluster() -> Iterator[Servers]:
    """Yield a cluster of three masters."""
    with open_servers() as (servers, start):
        lines = ("cluster-enabled yes", "cluster-node-timeout 2000")
        ports = [start(*lines) for _ in range(3)]
        clients = [connect(port) for port in ports]
        for index, client in enumerate(clients):
            client.execute_command("CLUSTER RESET")
            first, last = SLOTS * index // 3, SLOTS * (index + 1) // 3 - 1
            client.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
            client.execute_command("CLUSTER SET-CONFIG-EPOCH", index + 1)
        for port in ports[1:]:
            clients[0].execute_command("CLUSTER MEET", "127.0.0.1", port)
        wait_until(lambda: all(map(_is_whole, clients)))
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports[:2])
        servers.url = f"redis+cluster://{hosts}"
        yield servers


def _is_whole(client: Any) -> bool:
    state = client.cluster("info")
    return bool(state["cluster_state"] == "ok" and state["cluster_known_nodes"] == "3")
