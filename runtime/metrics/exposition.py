"""The numbers of all workers in the text format of Prometheus, version 0.0.4."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

from django.db import DatabaseError

from runtime.metrics.families import FAMILIES, Family, ScrapedGauge, numbers

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUND = ',le="'


def write_metrics() -> str:
    """Return a line for each number that was ever written, under its family's description."""
    values = numbers.read_sums()
    by_family: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for name, (ever, now) in values.items():
        family = _find_family(name)
        if family:
            by_family[family.name].append((name, now if family.kind == "gauge" else ever))
    lines = [
        line for each in FAMILIES.values() for line in _write_family(each, by_family[each.name])
    ]
    return "\n".join(lines) + "\n"


def _find_family(name: str) -> Family | None:
    bare = name.partition("{")[0]
    return FAMILIES.get(bare) or FAMILIES.get(bare.rpartition("_")[0])


def _write_family(family: Family, values: list[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP {family.name} {family.help}"
    yield f"# TYPE {family.name} {family.kind}"
    if isinstance(family, ScrapedGauge):
        with suppress(DatabaseError):  # the others are wanted then most of all
            yield f"{family.name} {family.read():.10g}"
    if family.kind == "histogram":
        yield from _write_histogram(family.name, values)
        return
    for name, value in values:
        yield f"{name} {value:.10g}"


def _write_histogram(name: str, values: list[tuple[str, float]]) -> Iterator[str]:
    """Yield the parts, each with those below it, as the format wants them."""
    counts: dict[str, float] = defaultdict(float)
    for key, value in values:
        if not key.startswith(f"{name}_bucket"):
            yield f"{key} {value:.10g}"
            continue
        series = key.partition(_BOUND)[0].removeprefix(f"{name}_bucket")
        counts[series] += value
        yield f"{key} {counts[series]:.10g}"
    for series, count in counts.items():
        yield f"{name}_count{series}}} {count:.10g}"
