"""Database connections end with the thread that made them.

A server ends a thread that was idle for a while. Django keeps a connection for each thread, and the
connection of a thread that has ended waits for Python's cyclic garbage collector. Until then it
counts against PostgreSQL's `max_connections`, or holds SQLite's files open.

SQLite's are closed a little later, when some thread makes a connection. To close one calls back
into Python, for each function that Django adds to SQL. CPython before 3.12 then frees the state of
a thread that is ending while code still runs in it, and the process crashes.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary, finalize

from django.db.backends.base.base import BaseDatabaseWrapper


class _Token:
    """Only its thread refers to it, so it is deleted when the thread ends."""


class _Tokens(threading.local):
    def __init__(self) -> None:
        self.by_wrapper: WeakKeyDictionary[BaseDatabaseWrapper, _Token] = WeakKeyDictionary()


_tokens = _Tokens()
# SQLite's connections of threads that have ended.
_left: deque[Any] = deque()


def close_with_thread(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Close the new connection of this wrapper when the present thread ends, unless the process
    lends it to others.

    A receiver of Django's signal `connection_created`.
    """
    _close_left()
    if getattr(connection, "is_lent", False):
        return
    token, made = _Token(), connection.connection
    end = (
        finalize(token, _left.append, made)
        if connection.vendor == "sqlite"
        else finalize(token, made.close)
    )
    # The end of the process closes connections anyway.
    end.atexit = False
    _tokens.by_wrapper[connection] = token


def _close_left() -> None:
    while _left:
        with suppress(IndexError):  # where another thread was quicker
            _left.popleft().close()
