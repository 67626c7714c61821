"""How fast the machine is right now: a fixed loop, timed on every core at once."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter, sleep

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
    """Times the loop in a process for each core: of one loop alone, a busy second core would not be seen."""

    def __init__(self) -> None:
        self.cores = os.cpu_count() or 1
        self.pool = ProcessPoolExecutor(self.cores, mp_context=get_context("spawn"))
        self.read()

    def read(self) -> float:
        """Return the seconds of the slowest of the loops."""
        sleep(CALM)
        return max(self.pool.map(spin, range(self.cores)))

    def close(self) -> None:
        self.pool.shutdown()
