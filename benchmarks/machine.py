"""The machine, the versions and the time of a measurement, for the head of a table."""

from __future__ import annotations

import os
import platform
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from benchmarks.participants import ROOT
from benchmarks.setting import Setting

CPU_INFO = Path("/proc/cpuinfo")


def describe_run(setting: Setting, command: str) -> str:
    """Return the lines over the tables: when, at which commit, by which command, on what."""
    with psycopg.connect(setting.server_url) as connection:
        postgres = connection.info.parameter_status("server_version")
    facts = (
        f"{datetime.now(UTC):%Y-%m-%d}, commit {find_commit()}: `{command}`",
        f"{os.cpu_count()} cores of {find_processor()}, shared with PostgreSQL and the load",
        (
            f"Python {setting.python}, PostgreSQL "
            f"{postgres}{', Redis' * ('REDIS_URL' in os.environ)}"
        ),
        (
            f"{setting.workers} workers of each server; the service's as `serve` starts them, "
            f"those of a peer on granian with {setting.threads} threads"
        ),
    )
    return "\n".join(f"- {fact}" for fact in facts)


def find_processor() -> str:
    with suppress(OSError):
        for line in CPU_INFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def find_commit() -> str:
    """Return the short name of the commit, with a plus for uncommitted changes; else `unknown`."""
    command = ["git", "describe", "--always", "--dirty=+"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return result.stdout.strip() or "unknown"
