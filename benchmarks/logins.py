"""Logins: the cost of a login beside its hash, and the effect of a burst on other requests."""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import IO, cast

from benchmarks.exchange import write_request
from benchmarks.figures import Spread, percentile, summarize
from benchmarks.interruption import run_loop
from benchmarks.load import drive, run_load
from benchmarks.participants import ROOT, Participant
from benchmarks.servers import Server, ServerError
from benchmarks.setting import RUN, Setting

BURST = 200
OTHERS = 8
QUIET_SECONDS = 3.0
LONGEST = 120.0


@dataclass(frozen=True)
class Logins:
    """Seconds of a hash and of a login right after it, and by how many the login is longer.

    On a busy machine, compare the least of the hashes with the least of the logins.
    """

    hash: Spread
    login: Spread

    @property
    def surplus(self) -> float:
        return self.login.median - self.hash.median

    @property
    def least_surplus(self) -> float:
        return self.login.least - self.hash.least


@dataclass(frozen=True)
class Burst:
    """The 99th percentile of the others' requests, MB of all processes at their peak, and the
    answers by status.
    """

    seconds: float
    quiet: float
    during: float
    memory: float
    logins: Counter[bytes]
    others: Counter[bytes]


@contextmanager
def open_hasher(setting: Setting, participant: Participant) -> Iterator[subprocess.Popen[str]]:
    command = [*RUN, "python", "-m", "benchmarks.hashing"]
    environment = setting.environment(participant.database)
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process


def time_hash(hasher: subprocess.Popen[str]) -> float:
    """Return the seconds of a hash; ServerError if the hasher has ended."""
    lines, answers = cast("IO[str]", hasher.stdin), cast("IO[str]", hasher.stdout)
    try:
        lines.write("\n")
        lines.flush()
        return float(answers.readline())
    except (BrokenPipeError, ValueError):
        raise ServerError("the hasher has ended, see above") from None


def time_logins(setting: Setting, participant: Participant, count: int) -> Logins:
    """Time a hash and a login in turn, one at a time."""
    request = setting.login("/api/login")
    with open_hasher(setting, participant) as hasher:
        time_hash(hasher)
        pairs = [(time_hash(hasher), time_login(participant, request)) for _ in range(count)]
    hashes, logins = zip(*pairs, strict=True)
    return Logins(summarize(hashes), summarize(logins))


def time_login(participant: Participant, request: bytes) -> float:
    return run_load(participant.port, iter([request]), "201", 1, LONGEST).latencies[0]


def run_burst(setting: Setting, participant: Participant) -> Burst:
    listing = write_request("GET", "/api/customers?take=20", participant.bearer)
    return run_loop(burst(participant.server, setting.login("/api/login"), listing))


async def burst(server: Server, login: bytes, listing: bytes) -> Burst:
    quiet = await drive(server.port, repeat(listing), "200", OTHERS, QUIET_SECONDS)
    over = asyncio.Event()
    listings = iter(lambda: None if over.is_set() else listing, None)
    others = asyncio.create_task(drive(server.port, listings, "200 503", OTHERS, LONGEST))
    peak = asyncio.create_task(watch_memory(server, over))
    logins = await drive(server.port, repeat(login, BURST), "201 503", BURST, LONGEST)
    over.set()
    during = await others
    return Burst(
        seconds=max(logins.latencies),
        quiet=percentile(quiet.latencies, 0.99),
        during=percentile(during.latencies, 0.99),
        memory=await peak,
        logins=logins.statuses,
        others=during.statuses,
    )


async def watch_memory(server: Server, over: asyncio.Event) -> float:
    """Return the most that all processes of the server had together until it was over."""
    family, peak = server.family(), 0.0
    while not over.is_set():
        peak = max(peak, server.memory_together(family))
        await asyncio.sleep(0.05)
    return peak
