"""Numbers in memory that a service shares with the workers which it forks.

Each worker adds to numbers of its own, without a lock between processes, and any worker reads those
of all. To write a number takes a tenth of the time of prometheus-client's files.
"""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from mmap import mmap
from threading import Lock

try:
    import fcntl
except ImportError:  # Windows, where a service has one worker
    fcntl = None  # type: ignore[assignment]

# Two for each worker: while one is replaced, the old and the new worker run side by side.
SLOTS = 128
# Numbers of a slot. The first is the number of the slot's process. The memory of a number that is
# never written is never taken.
NUMBERS = 16_384
_NAMES_BYTES = 2**21
_HEAD = struct.Struct("=II")
_LENGTH = struct.Struct("=H")
_PROCESS = 0
# What is counted when there is no place for more names.
_FULL = 1


class SharedNumbers:
    """Numbers by name, for each of `SLOTS` writers. The names are shared too."""

    def __init__(self, slots: int = SLOTS, numbers: int = NUMBERS) -> None:
        self._slots, self._count = slots, numbers
        self._numbers = memoryview(mmap(-1, slots * numbers * 8)).cast("d")
        self._names = mmap(-1, _NAMES_BYTES)
        self._file = _open_lock()
        self._lock = Lock()
        self._indexes: dict[str, int] = {}
        self._read_until = _HEAD.size
        self._base = 0
        with self._exclusive():
            _HEAD.pack_into(self._names, 0, _FULL + 1, _HEAD.size)

    def take_slot(self, slot: int) -> None:
        """Write to this slot from now on. What it counts goes on from the numbers there."""
        self._base = slot % self._slots * self._count
        self._numbers[self._base + _PROCESS] = os.getpid()

    def find_index(self, name: str) -> int:
        """Return the place of a name, which is made if it is new."""
        index = self._indexes.get(name)
        return self._add_name(name) if index is None else index

    def add(self, index: int, amount: float = 1.0) -> None:
        with self._lock:
            self._numbers[self._base + index] += amount

    def add_all(self, amounts: tuple[tuple[int, float], ...]) -> None:
        numbers, base = self._numbers, self._base
        with self._lock:
            for index, amount in amounts:
                numbers[base + index] += amount

    def put(self, index: int, value: float) -> None:
        self._numbers[self._base + index] = value

    def read_sums(self) -> dict[str, tuple[float, float]]:
        """Return by name the sum over all slots, and the sum over those of living processes."""
        with self._lock, self._exclusive():
            self._read_names()
            names = dict(self._indexes)
        used = [base for base in self._list_bases() if self._is_used(base)]
        living = [base for base in used if self._is_living(base)]
        return {
            name: (
                sum(self._numbers[base + index] for base in used),
                sum(self._numbers[base + index] for base in living),
            )
            for name, index in names.items()
        }

    def _list_bases(self) -> range:
        return range(0, self._slots * self._count, self._count)

    def _is_used(self, base: int) -> bool:
        return base == self._base or self._numbers[base + _PROCESS] != 0

    def _is_living(self, base: int) -> bool:
        process = int(self._numbers[base + _PROCESS])
        if process in {0, os.getpid()}:
            return base == self._base
        with suppress(OSError):
            os.kill(process, 0)
            return True
        return False

    def _add_name(self, name: str) -> int:
        with self._lock, self._exclusive():
            self._read_names()
            if name in self._indexes:
                return self._indexes[name]
            count, end = _HEAD.unpack_from(self._names)
            text = name.encode()
            after = end + _LENGTH.size + len(text)
            if count == self._count or after > len(self._names) or len(text) > 1_000:
                return _FULL
            _LENGTH.pack_into(self._names, end, len(text))
            self._names[end + _LENGTH.size : after] = text
            _HEAD.pack_into(self._names, 0, count + 1, after)
            self._read_names()
            return self._indexes[name]

    def _read_names(self) -> None:
        _, end = _HEAD.unpack_from(self._names)
        while self._read_until < end:
            (length,) = _LENGTH.unpack_from(self._names, self._read_until)
            start = self._read_until + _LENGTH.size
            name = self._names[start : start + length].decode()
            self._indexes[name] = len(self._indexes) + _FULL + 1
            self._read_until = start + length

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Keep other processes from the names. The lock ends with its process."""
        if fcntl is None:
            yield
            return
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)


def _open_lock() -> int:
    """Return a file without a name, which is only locked. It is open as long as the process."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("metrics")
    file, path = tempfile.mkstemp()
    if fcntl:
        os.unlink(path)  # noqa: PTH108 (a text)
    return file
