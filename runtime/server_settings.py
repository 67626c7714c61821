"""How `manage.py serve` runs the service: what the environment says, and what the machine has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

# Bytes of a worker that has answered 100,000 requests, with what a burst of long bodies takes.
WORKER = 160 * 2**20


@dataclass(frozen=True)
class ServerSettings:
    """The SERVE_… variables. A number of 0 is to be found out."""

    host: str
    port: int
    workers: int
    threads: int
    backpressure: int
    respawn: bool
    thread_timeout: timedelta
    connection_timeout: timedelta
    stop_timeout: timedelta
    stop_delay: timedelta
    live_port: int

    def fit(self, cores: int, memory: int, hash_bytes: int) -> ServerSettings:
        """Return the settings with a number of workers: one for each core, if the memory (bytes)
        has room for so many, each with a password hash of `hash_bytes`.
        """
        if self.workers:
            return self
        return replace(self, workers=max(1, min(cores, memory // (WORKER + hash_bytes))))
