"""The figures that were promised, beside those that were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.figures import Pass, Spread, compare, summarize
from benchmarks.logins import Burst, Logins
from benchmarks.participants import FLOOR, KEPT, POSTGRAPHILE, SERVICE, STOCK
from benchmarks.report import write_number, write_spread
from benchmarks.scenarios import ALL_USERS, BASIC, BEARER, FEW, GRAPHQL, MANY, ONE_USER, REST

Line = tuple[str, ...]
# Scenario, line, base and what is promised of the ratio of their requests per second.
RATIOS = (
    ("list", SERVICE, FLOOR, "at least 0.6"),
    ("list", SERVICE, STOCK, ""),
    ("list", SERVICE, KEPT, "at least 6"),
    # What no service can exceed.
    ("list", FLOOR, KEPT, ""),
    ("read", SERVICE, STOCK, ""),
    ("read", SERVICE, KEPT, "at least 3.5"),
    ("read", FLOOR, KEPT, ""),
    ("create", SERVICE, STOCK, ""),
    ("create", SERVICE, KEPT, "at least 3.5"),
    ("create", FLOOR, KEPT, ""),
    ("update", SERVICE, STOCK, ""),
    ("update", SERVICE, KEPT, "at least 3.5"),
    ("update", FLOOR, KEPT, ""),
    ("basic", BASIC, BEARER, "at least 0.85"),
    ("graphql", GRAPHQL, REST, "at least 0.77"),
    ("related", SERVICE, POSTGRAPHILE, ""),
    # 16 times as many rows, which a sixteenth of the requests would have.
    ("nested", MANY, FEW, "at least 0.06"),
    # Each user costs a signature once, and a note of the session's use once a minute.
    ("users", ALL_USERS, ONE_USER, "at least 0.6"),
)
# By CPU: requests for each second of CPU, which depends less on other work of the machine.
HEAD = ("promised", "wanted", "measured", "by CPU")


def list_ratios(passes: Mapping[str, Sequence[Pass]]) -> list[Line]:
    lines: list[Line] = []
    for scenario, label, base, wanted in RATIOS:
        if scenario in passes and (ratio := compare(passes[scenario], label, base)):
            thrift = compare(passes[scenario], label, base, "thrift")
            lines.append(
                (f"{scenario}: {label} × {base}", wanted, write_spread(ratio), write_spread(thrift))
            )
    if "list" in passes:
        tails = [
            turn.measurements[SERVICE].p99 / turn.measurements[SERVICE].p50
            for turn in passes["list"]
        ]
        lines.append(("list: p99 × p50", "under 3", write_spread(summarize(tails))))
    return lines


def list_logins(logins: Logins) -> list[Line]:
    surplus = (
        f"{write_number(logins.surplus * 1000)} (of the quickest of each "
        f"{logins.least_surplus * 1000:.2f})"
    )
    return [
        ("login: ms beside one hash", "at most 5", surplus),
        ("login: ms of the hash alone", "", write_milliseconds(logins.hash)),
    ]


def list_burst(burst: Burst) -> list[Line]:
    def write(statuses: Mapping[bytes, int]) -> str:
        return ", ".join(
            f"{count} × {status.decode()}" for status, count in sorted(statuses.items())
        )

    tail = f"{write_number(burst.during / burst.quiet)} ({write_number(burst.quiet * 1000)} to "
    return [
        (
            "200 logins at once: others' p99 × quiet",
            "under 5",
            f"{tail}{write_number(burst.during * 1000)} ms)",
        ),
        ("200 logins at once: MB of all processes", "under 1024", write_number(burst.memory)),
        (
            "200 logins at once: answers",
            "201 or 503",
            f"{write(burst.logins)} in {burst.seconds:.1f} s",
        ),
        ("200 logins at once: others' answers", "200", write(burst.others)),
    ]


def list_starts(start: Spread, cpu: Spread, check: Spread) -> list[Line]:
    return [
        ("start: s to the first answer", "under 1.5", write_spread(start)),
        ("start: CPU s of a worker until then", "", write_spread(cpu)),
        ("start: s of manage.py check", "under 1.5", write_spread(check)),
    ]


def list_memory(readings: Sequence[tuple[int, float]]) -> list[Line]:
    """Name the memory of the worker at the end, and half way."""
    count, memory = readings[-1]
    half_count, half = readings[len(readings) // 2]
    measured = f"{memory:.0f} ({half:.0f} after {half_count:,}, {readings[0][1]:.0f} at first)"
    return [(f"memory: MB of a worker after {count:,} requests", "under 110", measured)]


def write_milliseconds(spread: Spread) -> str:
    return write_spread(Spread(spread.median * 1000, spread.least * 1000, spread.most * 1000))
