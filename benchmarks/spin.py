"""How fast the machine is right now: a fixed loop, timed on every core at once."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter, sleep
from typing import Self

from benchmarks.interruption import ignore_signals

TURNS = 400_000
# Seconds in which a server ends what its last answers left to do.
CALM = 0.15


def spin(_: int = 0) -> float:
    """Return the seconds that the fixed loop takes."""
    started = perf_counter()
    total = 0
    for number in range(TURNS):
        total += number & 7
    return perf_counter() - started


class Clock:
    """Times the loop in a process for each core, so that a single busy core is seen too."""

    def __init__(self) -> None:
        self.cores = os.cpu_count() or 1
        self.pool = ProcessPoolExecutor(
            self.cores, mp_context=get_context("spawn"), initializer=ignore_signals
        )
        # The first reading is of processes that start.
        self.time()
        self.best = self.time()

    def read(self) -> float:
        """Return the seconds of the slowest of the loops, once the servers are calm."""
        sleep(CALM)
        seconds = self.time()
        self.best = min(self.best, seconds)
        return seconds

    def time(self) -> float:
        return max(self.pool.map(spin, range(self.cores)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown()
