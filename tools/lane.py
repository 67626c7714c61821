"""Run a lane of tests: `uv run python -m tools.lane <arguments of pytest>`.

A test may fail because others load the machine. So those that failed run once more, alone, and
the lane passes if they pass then. Their names are printed, and written to FAILED_AT_FIRST.

Lanes that run at the same time have the same FAILED_AT_FIRST. What failed waits for their end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_SH, flock
from pathlib import Path

import redis

TESTS_FAILED = 1
_ALONE = ("--last-failed", "--last-failed-no-failures", "none", "--numprocesses", "0")
_HEADING = "\n== These failed while others loaded the machine, and passed alone:\n{}\n"


def run_lane(arguments: list[str]) -> int:
    """Return the exit code of pytest: 0 also when all that failed at first passed alone."""
    with tempfile.TemporaryDirectory() as cache:
        with _share_machine(LOCK_SH):
            code = _run_pytest(cache, *arguments)
        failed = _read_failed(cache)
        if code != TESTS_FAILED or not failed:
            return code
        print(f"\n== Once more, alone: {len(failed)} failed", flush=True)
        with _share_machine(LOCK_EX):
            code = _run_pytest(cache, *arguments, *_ALONE)
        # A test that did not run again is still in the list.
        if code or _read_failed(cache):
            return code or TESTS_FAILED
    text = _HEADING.format("\n".join(failed))
    print(text, flush=True)
    if file := os.environ.get("FAILED_AT_FIRST"):
        with Path(file).open("a", encoding="utf-8") as names:
            names.write(text)
    return 0


@contextmanager
def _share_machine(kind: int) -> Iterator[None]:
    """Wait until no other lane of the run has the machine alone, or for all others to leave it."""
    file = os.environ.get("FAILED_AT_FIRST")
    with Path(f"{file}.lock" if file else os.devnull).open("w", encoding="utf-8") as lock:
        if file:
            flock(lock, kind)
        yield


def _run_pytest(cache: str, *arguments: str) -> int:
    _forget_failed_logins()
    command = [sys.executable, "-m", "pytest", "-o", f"cache_dir={cache}", *arguments]
    return subprocess.run(command, check=False).returncode


def _forget_failed_logins() -> None:
    """The services that tests start count failed logins of 127.0.0.1 under one key of Redis.

    After fifty of them, from several runs, the next test would find the address locked.
    """
    if url := os.environ.get("TEST_REDIS_URL"):
        store = redis.from_url(url)
        for key in store.scan_iter(":1:{lockout}:*"):
            store.delete(key)


def _read_failed(cache: str) -> list[str]:
    file = Path(cache, "v", "cache", "lastfailed")
    return sorted(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else []


if __name__ == "__main__":
    sys.exit(run_lane(sys.argv[1:]))
