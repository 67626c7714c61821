"""The arithmetic of the figures: medians, percentiles, ratios, and which passes count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

# A pass counts if the machine was at most so much slower than at its best in this run.
SLOWEST = 1.25


@dataclass(frozen=True)
class Measurement:
    """One server's part in one pass: requests per second, seconds of a request, CPU seconds for
    each, MB of memory.
    """

    rate: float
    p50: float
    p99: float
    cpu: float
    database_cpu: float
    memory: float

    @property
    def thrift(self) -> float:
        """Requests for each second of CPU, PostgreSQL's included."""
        return 1 / (self.cpu + self.database_cpu)


@dataclass(frozen=True)
class Pass:
    """One turn of all servers at one scenario, and the slowest time of the fixed loop before,
    between and after.
    """

    spin: float
    measurements: dict[str, Measurement]


@dataclass(frozen=True)
class Spread:
    """A median, with the least and the greatest of its values."""

    median: float
    least: float
    most: float


def summarize(values: Sequence[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the least of the values that at least this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def keep_fast(passes: Sequence[Pass], best: float) -> list[Pass]:
    """Return the passes in which the machine was not slow."""
    return [turn for turn in passes if turn.spin <= SLOWEST * best]


def choose_passes(passes: Sequence[Pass], best: float, wanted: int) -> list[Pass]:
    """Return the passes that count; where too few do, the least slow ones fill up."""
    fast = keep_fast(passes, best)
    return fast if len(fast) >= wanted else sorted(passes, key=lambda turn: turn.spin)[:wanted]


def compare(passes: Sequence[Pass], label: str, base: str, figure: str = "rate") -> Spread | None:
    """Return the ratio of the label's figure to the base's, over all passes; `None` without a base."""
    pairs = [
        (turn.measurements[label], turn.measurements[base])
        for turn in passes
        if base in turn.measurements
    ]
    ratios = [
        getattr(one, figure) / getattr(other, figure)
        for one, other in pairs
        if getattr(other, figure)
    ]
    return summarize(ratios) if ratios else None
