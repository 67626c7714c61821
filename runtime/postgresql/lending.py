"""A server process lends its connections to requests, so that a waiting thread holds none.

A server has many threads, as some of them wait: for a password to be hashed, or for another
service. Python runs one thread at a time, so a few connections do the work of all of them.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import local
from time import monotonic
from typing import Any, NamedTuple

from django.core.cache import caches, close_caches
from django.core.cache.backends.base import BaseCache
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections, connections, reset_queries

# Connections of a process to each database.
MOST_CONNECTIONS = 8
# Seconds. A request that gets no connection in this time is answered 503.
LONGEST_WAIT = 10


class Loan(NamedTuple):
    """A connection, the monotonic second at which it is closed, and its compiled statements."""

    connection: Any
    close_at: float | None
    statements: Any


class Lender:
    """The connections of this process to one database: at most `most` are open at a time."""

    def __init__(self, most: int = MOST_CONNECTIONS) -> None:
        self._most = most
        # Not a semaphore, which is written in Python and takes ten times as long.
        self._places: SimpleQueue[None] = SimpleQueue()
        for _ in range(most):
            self._places.put(None)
        self._idle: list[Loan] = []

    def take_place(self) -> None:
        """Wait for the right to have a connection; raises OperationalError after LONGEST_WAIT."""
        try:
            self._places.get(timeout=LONGEST_WAIT)
        except Empty:
            raise OperationalError(
                "all connections of this process were busy for too long"
            ) from None

    def give_place_back(self) -> None:
        self._places.put(None)

    def take_idle(self) -> Loan | None:
        """Return the connection that was used last; `None` if all are in use.

        The server still has the data of that connection in its memory.
        """
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def keep(self, loan: Loan) -> None:
        self._idle.append(loan)

    def count(self) -> tuple[int, int]:
        """Return how many places are taken, and how many connections are idle."""
        return self._most - self._places.qsize(), len(self._idle)

    def close_idle(self) -> None:
        """Close all idle connections, because a connection was found broken."""
        while loan := self.take_idle():
            loan.connection.close()


_DJANGOS = (
    (request_started, (reset_queries, close_old_connections)),
    # The next request of the thread sets its urlconf in any case.
    (request_finished, (close_old_connections, reset_urlconf)),
)
_lenders: dict[str, Lender] = {}
_thread = local()


def start_lending() -> None:
    """Lend connections from now on to all that answers requests; other threads keep their own.

    The end of a request does in one pass what Django's receivers do in several, before and after
    it.
    """
    for signal, receivers in _DJANGOS:
        for receiver in receivers:
            signal.disconnect(receiver)
    if all(type(cache).close is BaseCache.close for cache in caches.all()):
        request_finished.disconnect(close_caches)
    request_started.connect(_begin_request)
    request_finished.connect(_end_request)


def stop_lending() -> None:
    """Let each thread keep its connections again."""
    request_started.disconnect(_begin_request)
    request_finished.disconnect(_end_request)
    for signal, receivers in _DJANGOS:
        for receiver in receivers:
            signal.connect(receiver)
    request_finished.connect(close_caches)


def find_lender(alias: str) -> Lender | None:
    """Return the lender of the present thread; `None` if the thread keeps its own connections."""
    if not getattr(_thread, "answers_request", False):
        return None
    known = _lenders.get(alias)
    # Two threads may come here at once. Then the first lender stays.
    return _lenders.setdefault(alias, Lender()) if known is None else known


def count_connections() -> tuple[int, int]:
    """Return how many connections this process has lent, and how many are idle."""
    counts = [lender.count() for lender in list(_lenders.values())]
    return sum(lent for lent, _ in counts), sum(idle for _, idle in counts)


def return_connections() -> None:
    """Give the connections of this thread back before it waits for something else.

    The thread gets other connections when it needs them.

    A connection within a transaction stays.
    """
    for wrapper in connections.all(initialized_only=True):
        _give_back(wrapper)


def _give_back(wrapper: Any) -> None:
    # SQLite's has no such method: its connections are files.
    if give_back := getattr(wrapper, "return_loan", None):
        give_back()


def _is_lendable(wrapper: Any) -> bool:
    """Whether the connection is in use and young. return_loan() finds out if it is broken."""
    is_lent = getattr(wrapper, "is_lent", False) and wrapper.connection is not None
    return is_lent and (wrapper.close_at is None or monotonic() < wrapper.close_at)


def _begin_request(**_: object) -> None:
    _thread.answers_request = True


def _end_request(**_: object) -> None:
    for wrapper in connections.all(initialized_only=True):
        wrapper.queries_log.clear()
        # A transaction is open here in tests alone.
        if not (wrapper.in_atomic_block or _is_lendable(wrapper)):
            wrapper.close_if_unusable_or_obsolete()
        _give_back(wrapper)
    _thread.answers_request = False
