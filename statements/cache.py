"""Caches of a process: bounded in bytes, and safe to use from several threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from functools import cache, update_wrapper
from threading import Lock, RLock
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

Value = TypeVar("Value")
# One value may take this part of a cache. A longer one would drop too many others.
LARGEST_PART = 8


class BoundedCache(Generic[Value]):
    """Keeps values by their keys, up to `most_bytes` in all.

    The value that was put first is dropped first.

    The caller of `put` gives the size: an estimate in bytes of the value and its key. The metrics
    show caches with a name.
    """

    def __init__(self, most_bytes: int, name: str = "") -> None:
        self._most = most_bytes
        if name:
            _named[name] = self
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}
        self._bytes = 0
        self._lock = Lock()
        # `get(key, default=None)` is the dictionary's own: every request asks, and takes no lock.
        self.get: Callable[..., Any] = self._values.get

    def __len__(self) -> int:
        return len(self._values)

    @property
    def bytes(self) -> int:
        return self._bytes

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep the value, unless it is too large or there is one for this key."""
        if size * LARGEST_PART > self._most:
            return
        with self._lock:
            if key in self._values:
                return
            self._values[key], self._sizes[key] = value, size
            self._bytes += size
            while self._bytes > self._most:
                dropped, _ = self._values.popitem(last=False)
                self._bytes -= self._sizes.pop(dropped)

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self._sizes.clear()
            self._bytes = 0


_named: WeakValueDictionary[str, BoundedCache[Any]] = WeakValueDictionary()


def list_caches() -> Iterator[tuple[str, BoundedCache[Any]]]:
    """Yield the caches of this process that have a name."""
    yield from list(_named.items())


def once(make: Callable[[], Value]) -> Callable[[], Value]:
    """Make a value at the first call, in one thread while others wait. Later calls return it."""
    made: list[Value] = []
    lock = RLock()

    def make_alone() -> Value:
        with lock:
            if not made:
                made.append(make())
        return made[0]

    return update_wrapper(cache(make_alone), make)
