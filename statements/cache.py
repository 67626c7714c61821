"""Caches of a process: bounded in bytes, and safe to use from several threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock, RLock
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
# One value may take this part of a cache. A longer one would drop too many others.
LARGEST_PART = 8


class BoundedCache(Generic[Value]):
    """Keeps values by their keys, up to `most_bytes` in all.

    The value that was put first is dropped first.

    The caller of `put` gives the size: an estimate in bytes of the value and its key.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        return self._bytes

    def get(self, key: Hashable, default: Any = None) -> Any:
        """Return the value of the key, else `default`. Takes no lock."""
        entry = self._entries.get(key)
        return default if entry is None else entry[0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep the value, unless it is too large or there is one for this key."""
        if size * LARGEST_PART > self._most:
            return
        with self._lock:
            if key in self._entries:
                return
            self._entries[key] = value, size
            self._bytes += size
            while self._bytes > self._most:
                self._bytes -= self._entries.popitem(last=False)[1][1]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._bytes = 0


def once(make: Callable[[], Value]) -> Callable[[], Value]:
    """Make a value at the first call, in one thread while others wait. Later calls return it."""
    made: list[Value] = []
    lock = RLock()

    @wraps(make)
    def get() -> Value:
        if not made:
            with lock:
                if not made:
                    made.append(make())
        return made[0]

    return get
