"""Few threads of a worker answer requests at a time, and the others are parked.

A worker has many threads, as some have to wait: for a password to be hashed, or for another
service. Python runs one thread at a time. If sixteen threads have requests to answer, they mostly
wait for each other: that took a third of all requests per second, and trebled the 99th percentile.

So a thread whose answer is sent is parked if enough others run. It comes back as soon as one of
these begins to wait. A request that takes long counts as waiting, whatever it does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread, get_ident
from time import monotonic, sleep
from typing import Any

from runtime.postgresql.lending import return_connections

# Threads of a worker that answer requests at a time. Measured: docs/operations.md.
RUNNERS = 4
# Seconds after which a request counts as waiting, and between two looks at all requests.
LONG = 0.05

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Parking:
    """The threads of a process that answer requests, and those that are parked."""

    def __init__(self, runners: int = RUNNERS, long: float = LONG) -> None:
        self._runners = runners
        self._long = long
        self._lock = Lock()
        # By thread, the monotonic second at which its request began or went on.
        self._running: dict[int, float] = {}
        # How many of these took long when they were looked at.
        self._slow = 0
        self._parked: deque[Lock] = deque()
        self._is_watched = False

    def begin(self) -> None:
        """Note that this thread answers a request."""
        self._running[get_ident()] = monotonic()

    def end(self) -> None:
        """Note that this thread has answered its request."""
        self._running.pop(get_ident(), None)

    def park(self) -> None:
        """Wait as long as enough others answer requests."""
        with self._lock:
            if self.count_running() < self._runners:
                return
            place = Lock()
            place.acquire()
            self._parked.append(place)
            if not self._is_watched:
                self._is_watched = True
                Thread(target=self._watch, name="parking", daemon=True).start()
        place.acquire()

    @contextmanager
    def wait(self) -> Iterator[None]:
        """Let another thread answer requests while this one waits."""
        if self._running.pop(get_ident(), None) is None:
            yield
            return
        try:
            self._wake(self._runners - self.count_running())
            yield
        finally:
            self.begin()

    def wake_all(self) -> None:
        """Let all parked threads go on."""
        self._wake(len(self._parked))

    def count_parked(self) -> int:
        return len(self._parked)

    def count_running(self) -> int:
        """Return how many threads answer requests and have not taken long."""
        return len(self._running) - self._slow

    def _wake(self, most: int) -> None:
        with self._lock:
            for _ in range(min(most, len(self._parked))):
                self._parked.pop().release()

    def _watch(self) -> None:
        """Put a thread in the place of each that takes long. Without requests, wake all."""
        while True:
            sleep(self._long)
            late = monotonic() - self._long
            started = list(self._running.values())
            self._slow = sum(since < late for since in started)
            if started:
                self._wake(self._runners - self.count_running())
            else:
                self.wake_all()
            with self._lock:
                if not self._parked:
                    self._is_watched, self._slow = False, 0
                    return


parking = Parking()


@contextmanager
def waiting() -> Iterator[None]:
    """Leave the connections to the database and the turn to run to others, for a wait.

    A connection within a transaction stays.
    """
    return_connections()
    with parking.wait():
        yield


class _Answer(list[bytes]):
    """The body of an answer. Granian drops it as soon as the answer is sent."""

    def __del__(self) -> None:
        parking.park()


def park_threads(application: Application) -> Application:
    """Return the WSGI application for granian, which parks threads that are not needed.

    Granian sends a list at once, and asks nothing of the application afterwards. The thread of an
    answer in parts is not parked: granian keeps the next request of a connection back until its
    last part has been closed.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        parking.begin()
        try:
            response: Any = application(environ, start_response)
            if getattr(response, "streaming", True):
                return response  # type: ignore[no-any-return]
            parts = list(response)
            response.close()
        finally:
            parking.end()
        return _Answer(parts)

    return answer
