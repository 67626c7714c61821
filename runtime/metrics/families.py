"""Counters, gauges and histograms, declared by the modules that know the numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from threading import Lock
from time import monotonic

from runtime.metrics.memory import SharedNumbers

# Seconds. The upper bounds of the parts of a histogram.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Seconds between two publications of a worker's gauges.
PUBLISHED_EVERY = 1.0

numbers = SharedNumbers()
FAMILIES: dict[str, Family] = {}


class Family:
    """A metric with its labels, whose values must be few: names of the code, never of a client."""

    kind = "counter"

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.help = text
        FAMILIES[name] = self

    def find_index(self, suffix: str = "", /, **labels: str) -> int:
        return numbers.find_index(f"{self.name}{suffix}{_write_labels(labels)}")


class Counter(Family):
    """A number that only grows, over all workers."""

    kind = "counter"

    def count(self, amount: float = 1.0, /, **labels: str) -> None:
        numbers.add(self.find_index(**labels), amount)


class Gauge(Family):
    """A number of now: the sum over the living workers."""

    kind = "gauge"

    def put(self, value: float, /, **labels: str) -> None:
        """Set this worker's part."""
        numbers.put(self.find_index(**labels), value)


class ScrapedGauge(Family):
    """A number that all workers would find alike. It is read when it is asked for, and then kept
    for `seconds`.
    """

    kind = "gauge"

    def __init__(self, name: str, text: str, read: Callable[[], float], seconds: float) -> None:
        super().__init__(name, text)
        self._read, self._seconds = read, seconds
        self._known = float("-inf"), 0.0

    def read(self) -> float:
        read_at, value = self._known
        if monotonic() - read_at > self._seconds:
            value = self._read()
            self._known = monotonic(), value
        return value


class Histogram(Family):
    """The distribution of seconds."""

    kind = "histogram"

    def find_indexes(self, **labels: str) -> tuple[tuple[int, ...], int]:
        """Return the places of the parts, and that of the sum."""
        bounds = (*map(str, BUCKETS), "+Inf")
        parts = tuple(self.find_index("_bucket", **labels, le=bound) for bound in bounds)
        return parts, self.find_index("_sum", **labels)


def find_part(seconds: float) -> int:
    """Return the number of the histogram's part that counts this time."""
    return bisect_left(BUCKETS, seconds)


_publishers: list[Callable[[], None]] = []
_publishing = Lock()
_next_publication = 0.0


def publish_by(publisher: Callable[[], None]) -> None:
    """Call this function about once a second, while there are requests, to put gauges."""
    if publisher not in _publishers:
        _publishers.append(publisher)


def publish_gauges(*, now: float | None = None) -> None:
    """Put this worker's gauges, unless that was done a moment ago."""
    global _next_publication  # noqa: PLW0603 (of the process)
    now = monotonic() if now is None else now
    if now < _next_publication or not _publishing.acquire(blocking=False):
        return
    try:
        _next_publication = now + PUBLISHED_EVERY
        for publisher in _publishers:
            publisher()
    finally:
        _publishing.release()


def _write_labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels.items()) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
