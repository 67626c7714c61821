"""The tables: Markdown, for the terminal as well as for README."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.figures import Pass, Spread, compare, summarize

COSTS = ("p50 ms", "p99 ms", "CPU ms", "PostgreSQL ms", "RSS MB")


def write_scenario(title: str, bases: Sequence[str], passes: Sequence[Pass]) -> str:
    """Return the table of a scenario, a line for each server: medians with the least and the
    greatest.

    CPU is that of a request, PostgreSQL's apart (0 where its processes cannot be seen); RSS that of
    a worker.
    """
    there = [base for base in bases if base in passes[0].measurements]
    head = (title, "requests/s", *(f"× {base}" for base in there), *COSTS)
    return write_table(head, [write_line(label, there, passes) for label in passes[0].measurements])


def write_line(label: str, bases: Sequence[str], passes: Sequence[Pass]) -> list[str]:
    measured = [turn.measurements[label] for turn in passes]

    def middle(attribute: str) -> float:
        return summarize([getattr(measurement, attribute) for measurement in measured]).median

    return [
        label,
        write_spread(summarize([measurement.rate for measurement in measured])),
        *("" if label == base else write_spread(compare(passes, label, base)) for base in bases),
        *(write_number(middle(name) * 1000) for name in ("p50", "p99", "cpu", "database_cpu")),
        f"{middle('memory'):.0f}",
    ]


def write_spread(spread: Spread | None) -> str:
    if spread is None:
        return ""
    if spread.least == spread.most:
        return write_number(spread.median)
    return (
        f"{write_number(spread.median)} ({write_number(spread.least)}–{write_number(spread.most)})"
    )


def write_number(value: float) -> str:
    """Return three digits that count, and all of a whole number's."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def write_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose columns are as wide as what they hold; a short line's last
    cells are empty.
    """
    full = [[*line, *[""] * (len(head) - len(line))] for line in lines]
    widths = [max(len(line[column]) for line in (head, *full)) for column in range(len(head))]
    rows = (head, ["-" * width for width in widths], *full)
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    )
