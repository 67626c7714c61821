"""The load generator: connections that each send a prepared request as soon as the answer to the
last is whole.

It shares its cores with the servers, so it does little: it parses the status and the length
alone.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from benchmarks.interruption import run_loop

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
HOST = "127.0.0.1"
# Seconds beyond its time after which a run that does not end is given up.
PATIENCE = 60.0


class WrongAnswerError(Exception):
    """An answer that the scenario does not allow. Its measurements do not count."""


@dataclass
class Sample:
    """The result of a run: seconds of each request, and how many ended within the run's time."""

    seconds: float
    in_time: int = 0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[bytes] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return self.in_time / self.seconds


class Drive:
    """A run of the load, which its connections share."""

    def __init__(
        self, requests: Iterator[bytes], allowed: frozenset[bytes], connections: int, seconds: float
    ) -> None:
        self.requests = requests
        self.allowed = allowed
        self.sample = Sample(seconds)
        self.open = connections
        self.deadline = perf_counter() + seconds
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def next_request(self, now: float) -> bytes | None:
        return next(self.requests, None) if now < self.deadline else None

    def take(self, status: bytes, latency: float, now: float) -> None:
        sample = self.sample
        sample.latencies.append(latency)
        sample.statuses[status] += 1
        sample.in_time += now <= self.deadline

    def leave(self) -> None:
        self.open -= 1
        if not self.open and not self.done.done():
            self.done.set_result(None)

    def fail(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(WrongAnswerError(reason))


class Connection(asyncio.Protocol):
    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self.transport: Any = None
        self.buffer = b""
        self.sent_at = 0.0
        self.left = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.send(perf_counter())

    def send(self, now: float) -> None:
        request = self.drive.next_request(now)
        if request is None:
            self.left = True
            self.transport.close()
            self.drive.leave()
            return
        self.sent_at = now
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self.buffer:
            data = self.buffer + data
        end = measure_answer(data)
        if len(data) < end:
            self.buffer = data
            return
        self.buffer = b""
        now = perf_counter()
        status = data[9:12]
        if status not in self.drive.allowed or len(data) > end:
            self.drive.fail(f"unexpected answer: {data[:400].decode(errors='replace')}")
            self.transport.close()
            return
        self.drive.take(status, now - self.sent_at, now)
        self.send(now)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.left:
            self.drive.fail(f"the server closed a connection ({error})")


def measure_answer(data: bytes) -> int:
    """Return the length of the answer that begins here; one more than there is while its head is
    not whole.
    """
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return len(data) + 1
    length = LENGTH.search(data, 0, head + 2)
    return head + 4 + (int(length[1]) if length else 0)


async def drive(
    port: int,
    requests: Iterator[bytes],
    statuses: str,
    connections: int = 32,
    seconds: float = 3600.0,
) -> Sample:
    """Send the requests over so many connections until they or the seconds are over;
    WrongAnswerError.
    """
    loop = asyncio.get_running_loop()
    run = Drive(requests, frozenset(statuses.encode().split()), connections, seconds)
    opened = [
        await loop.create_connection(lambda: Connection(run), HOST, port)
        for _ in range(connections)
    ]
    try:
        async with asyncio.timeout(seconds + PATIENCE):
            await run.done
    except TimeoutError:
        raise WrongAnswerError(f"no answer within {seconds + PATIENCE:.0f} s") from None
    finally:
        for transport, _ in opened:
            transport.abort()
    return run.sample


def run_load(
    port: int, requests: Iterator[bytes], statuses: str, connections: int, seconds: float
) -> Sample:
    """Drive the server in an event loop made for it."""
    return run_loop(drive(port, requests, statuses, connections, seconds))
