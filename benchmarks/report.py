"""The tables: Markdown, for the terminal as well as for README."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.figures import Pass, Spread, compare, summarize

HEAD = ("server", "requests/s", "× stock DRF", "× floor", "p50 ms", "p99 ms", "CPU ms", "PostgreSQL ms", "RSS MB")


def write_scenario(passes: Sequence[Pass]) -> str:
    """Return the table of a scenario: a line for each server, medians with the least and the greatest."""
    names = passes[0].measurements
    return write_table(HEAD, [write_line(name, passes) for name in names])


def write_line(name: str, passes: Sequence[Pass]) -> list[str]:
    measured = [turn.measurements[name] for turn in passes]

    def middle(attribute: str) -> float:
        return summarize([getattr(measurement, attribute) for measurement in measured]).median

    return [
        name,
        write_spread(summarize([measurement.rate for measurement in measured])),
        write_spread(compare(passes, name, "stock DRF")),
        write_spread(compare(passes, name, "floor")),
        write_number(middle("p50") * 1000),
        write_number(middle("p99") * 1000),
        write_number(middle("cpu") * 1000),
        write_number(middle("database_cpu") * 1000),
        f"{middle('memory'):.0f}",
    ]


def write_spread(spread: Spread | None) -> str:
    if spread is None:
        return ""
    return f"{write_number(spread.median)} ({write_number(spread.least)}–{write_number(spread.most)})"


def write_number(value: float) -> str:
    """Return three digits that count, and all of a whole number's."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def write_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose columns are as wide as what they hold."""
    widths = [max(len(line[column]) for line in (head, *lines)) for column in range(len(head))]
    rule = ["-" * width for width in widths]
    rows = (head, rule, *lines)
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    )
