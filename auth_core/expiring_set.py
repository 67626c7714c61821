"""A bounded set whose members expire."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from time import monotonic


class ExpiringSet:
    """Remembers up to `most` keys for `seconds`; safe to use from several threads."""

    def __init__(self, seconds: float, most: int = 10_000) -> None:
        self._seconds = seconds
        self._most = most
        self._times: OrderedDict[Hashable, float] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, key: Hashable) -> bool:
        return self._times.get(key, float("-inf")) > monotonic() - self._seconds

    def __len__(self) -> int:
        return len(self._times)

    def add(self, key: Hashable) -> bool:
        """Remember the key from now on, if it is not remembered; return whether it was not."""
        with self._lock:
            if key in self:
                return False
            self._remember(key)
            if len(self._times) > self._most:
                self._times.popitem(last=False)
            return True

    def renew(self, key: Hashable) -> bool:
        """Remember the key from now on, if it is remembered; return whether it was."""
        with self._lock:
            if key not in self:
                return False
            self._remember(key)
            return True

    def _remember(self, key: Hashable) -> None:
        self._times[key] = monotonic()
        self._times.move_to_end(key)

    def discard(self, key: Hashable) -> None:
        with self._lock:
            self._times.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._times.clear()
