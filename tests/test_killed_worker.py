"""A worker that is killed, as by the kernel when memory runs out, is replaced, and the service goes
on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.processes import ROOT, find_free_port, stop, wait_for_port

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

WORKERS = 2
PATIENCE = 60


def list_workers(parent: int) -> set[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="utf-8").split()
    # Multiprocessing has a child of its own that tracks resources.
    return {int(child) for child in children if b"resource_tracker" not in read_command(child)}


def read_command(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def is_answered(url: str) -> bool:
    try:
        with urlopen(f"{url}/api/_health/live", timeout=10) as response:
            return bool(response.status == 204)
    except (URLError, ConnectionError, TimeoutError):
        return False


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_replaced(parent: int, killed: int) -> bool:
    workers = list_workers(parent)
    return killed not in workers and len(workers) == WORKERS


def test_a_killed_worker_is_replaced(migrated_url: str) -> None:
    port = find_free_port()
    environment = {"DATABASE_URL": migrated_url, "REDIS_URL": ""}
    changes = ("--port", str(port), "--workers", str(WORKERS))
    command = [sys.executable, "manage.py", "serve", *changes]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, start_new_session=True
    )
    try:
        wait_for_port(port, process)
        killed = min(list_workers(process.pid))
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: is_replaced(process.pid, killed))
        # The new worker has its part of the requests from the moment it listens, and answers once
        # it is loaded.
        wait_until(lambda: all(is_answered(f"http://127.0.0.1:{port}") for _ in range(20)))
        assert process.poll() is None
    finally:
        stop(process)
