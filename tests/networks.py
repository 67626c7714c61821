"""A network between a test's processes that can be cut."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.postgres_servers import wait_until
from tests.processes import find_free_port, stop
from tests.test_rolling_restarts import HAPROXY

# Of the addresses that the server takes (tests/postgres_servers.py).
NETWORK = f"10.213.{os.getpid() % 250}"


class Network(NamedTuple):
    """A host and port that lead to PostgreSQL, until the network is cut."""

    place: str
    cut: Callable[[], object]
    heal: Callable[[], object]


def _run_ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@contextmanager
def open_network(port: int) -> Iterator[Network]:
    """Yield a way to the port on which the network can be cut.

    Without the right to make a network, as root has it, it is a relay that can be frozen.
    """
    name, link = f"auth{os.getpid()}", f"auth{os.getpid()}a"[-14:]
    with ExitStack() as stack:
        try:
            _run_ip("netns", "add", name)
        except (OSError, subprocess.CalledProcessError):
            own = find_free_port()
            relay = stack.enter_context(_run_relay(f"127.0.0.1:{own}", f"127.0.0.1:{port}"))
            freeze, thaw = (
                partial(relay.send_signal, sign) for sign in (signal.SIGSTOP, signal.SIGCONT)
            )
            # A frozen process does not end.
            stack.callback(thaw)
            yield Network(f"127.0.0.1:{own}", freeze, thaw)
            return
        stack.callback(_run_ip, "netns", "delete", name)
        _run_ip("link", "add", link, "type", "veth", "peer", "name", "inside", "netns", name)
        _run_ip("address", "add", f"{NETWORK}.1/24", "dev", link)
        _run_ip("link", "set", link, "up")
        _run_ip("-n", name, "address", "add", f"{NETWORK}.2/24", "dev", "inside")
        for each in ("inside", "lo"):
            _run_ip("-n", name, "link", "set", each, "up")
        place = f"{NETWORK}.2:5432"
        within = ("ip", "netns", "exec", name)
        stack.enter_context(_run_relay(place, f"{NETWORK}.1:{port}", *within))
        cut, heal = (partial(_run_ip, "link", "set", link, state) for state in ("down", "up"))
        yield Network(place, cut, heal)


@contextmanager
def _run_relay(place: str, target: str, *within: str) -> Iterator[subprocess.Popen[bytes]]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "relay.cfg"
        file.write_text(
            "defaults\n timeout connect 60s\n timeout client 600s\n timeout server 600s\n"
            f"listen relay\n mode tcp\n bind {place}\n server it {target}\n",
            encoding="utf-8",
        )
        relay = subprocess.Popen(
            [*within, str(HAPROXY), "-db", "-f", str(file)], start_new_session=True
        )
        try:
            host, _, port = place.rpartition(":")
            wait_until(lambda: _answers(host, int(port)))
            yield relay
        finally:
            stop(relay)


def _answers(host: str, port: int) -> bool:
    with suppress(OSError), closing(socket.create_connection((host, port), timeout=1)):
        return True
    return False
