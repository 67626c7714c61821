"""Database connections end with the thread that made them.

A server ends a thread that was idle for a while. Django keeps a connection for each thread, and the
connection of a thread that has ended waits for Python's cyclic garbage collector. Until then it
counts against PostgreSQL's `max_connections`, or holds SQLite's files open.
"""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakKeyDictionary, finalize

from django.db.backends.base.base import BaseDatabaseWrapper


class _Token:
    """Only its thread refers to it, so it is deleted when the thread ends."""


class _Tokens(threading.local):
    def __init__(self) -> None:
        self.by_wrapper: WeakKeyDictionary[BaseDatabaseWrapper, _Token] = WeakKeyDictionary()


_tokens = _Tokens()


def close_with_thread(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Close the new connection of this wrapper when the present thread ends, unless the process lends it to others.

    A receiver of Django's signal `connection_created`.
    """
    if getattr(connection, "is_lent", False):
        return
    token = _Token()
    # The end of the process closes connections anyway.
    finalize(token, connection.connection.close).atexit = False
    _tokens.by_wrapper[connection] = token
