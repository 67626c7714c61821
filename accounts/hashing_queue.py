"""The queue of password hashes. A process computes a single hash at a time.

Requests wait in the order of their arrival, for a bounded time.

A hash needs a core and 19 MiB. Without the line, fifty people who log in at once would take all
cores from other requests, and 19 MiB each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from random import randint
from threading import Event, Lock, local
from time import perf_counter

from api_http.exceptions import Busy
from runtime.metrics.families import Counter, Gauge, publish_by

# Seconds. Clients that were refused together must not come back together.
EARLIEST_RETRY, LATEST_RETRY = 2, 6


hashes = Counter("hashes_total", "Passwords that were hashed.")
hashing_seconds = Counter("hashing_seconds_total", "Time that hashing passwords took, waits apart.")
refused = Counter("hashing_refused_total", "Passwords that waited too long to be hashed: 503.")
waiting = Gauge("hashing_waiting", "Passwords that wait to be hashed.")


class HashingQueue:
    """A lock that is passed on in the order of arrival (`threading.Lock` is not fair)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Event] = deque()
        self._is_taken = False
        self._thread = local()
        publish_by(self._publish)

    def _publish(self) -> None:
        waiting.put(len(self._waiting))

    @contextmanager
    def take_turn(self, seconds: float) -> Iterator[None]:
        """Wait for the turn, at most `seconds`, and keep it.

        A thread that has the turn need not wait again.

        Raises Busy (503 with Retry-After) when the time is over.
        """
        if getattr(self._thread, "has_turn", False):
            yield
            return
        self._wait(seconds)
        self._thread.has_turn = True
        started = perf_counter()
        try:
            yield
        finally:
            self._thread.has_turn = False
            hashes.count()
            hashing_seconds.count(perf_counter() - started)
            with self._lock:
                self._pass_on()

    def _wait(self, seconds: float) -> None:
        turn = Event()
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return
            self._waiting.append(turn)
        if turn.wait(seconds):
            return
        with self._lock:
            # The turn may have come between the end of the wait and this line.
            if turn.is_set():
                self._pass_on()
            else:
                self._waiting.remove(turn)
        refused.count()
        raise Busy(wait=randint(EARLIEST_RETRY, LATEST_RETRY))  # noqa: S311 (no secret: it spreads retries)

    def _pass_on(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._is_taken = False
