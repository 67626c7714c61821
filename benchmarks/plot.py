"""The plots, written as SVG by hand: bars of requests per second, lines of a cost as the table
grows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

from benchmarks.figures import Pass, summarize
from benchmarks.report import write_number

COLOURS = ("#0b6e99", "#d9730d", "#4d6461", "#ad1a72", "#0f7b6c", "#6940a5", "#b59a00")
STYLE = "font-family: system-ui, sans-serif; font-size: 13px"
WIDTH = 890
BAR, GAP, LABEL, NUMBER = 18, 6, 220, 90


def draw_rates(passes: Mapping[str, Sequence[Pass]]) -> str:
    """Return bars for each scenario by its title, as long as the greatest of its medians allows."""
    parts: list[str] = []
    top = 10
    for title, turns in passes.items():
        drawn, height = draw_bars(f"{title}, requests/s", list_medians(turns), top)
        parts += drawn
        top += height
    return wrap(parts, top)


def list_medians(passes: Sequence[Pass]) -> dict[str, float]:
    labels = passes[0].measurements
    return {
        label: summarize([turn.measurements[label].rate for turn in passes]).median
        for label in labels
    }


def draw_bars(title: str, rates: Mapping[str, float], top: int) -> tuple[list[str], int]:
    """Return a titled group of bars that begins at `top`, and its height."""
    parts = [write_text(10, top + 16, title, "font-weight: bold")]
    most = max(rates.values())
    for number, (label, rate) in enumerate(rates.items()):
        y = top + 28 + number * (BAR + GAP)
        width = rate / most * (WIDTH - LABEL - NUMBER)
        colour = COLOURS[0] if label.startswith("service") else "#9aa5a9"
        parts.append(
            f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2" fill="{colour}"/>'
        )
        parts.append(write_text(LABEL - 8, y + 14, label, anchor="end"))
        parts.append(write_text(LABEL + width + 6, y + 14, write_number(rate)))
    return parts, 28 + len(rates) * (BAR + GAP) + 18


class Axes:
    """A field with logarithmic axes."""

    LEFT, RIGHT, TOP, BOTTOM = 60, 250, 46, 50
    HEIGHT = 440

    def __init__(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.xs = (log10(min(xs)), log10(max(xs)))
        self.ys = (floor(log10(min(ys))), ceil(log10(max(ys))))

    def x(self, value: float) -> float:
        share = (log10(value) - self.xs[0]) / (self.xs[1] - self.xs[0])
        return self.LEFT + share * (WIDTH - self.LEFT - self.RIGHT)

    def y(self, value: float) -> float:
        share = (log10(value) - self.ys[0]) / (self.ys[1] - self.ys[0])
        return self.HEIGHT - self.BOTTOM - share * (self.HEIGHT - self.TOP - self.BOTTOM)

    def draw(self, xs: Sequence[int]) -> list[str]:
        """Return the lines of the grid, named at their ends."""
        left, right, bottom = self.LEFT, WIDTH - self.RIGHT, self.HEIGHT - self.BOTTOM
        parts = []
        for power in range(self.ys[0], self.ys[1] + 1):
            y = self.y(10**power)
            parts.append(
                f'<line x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#ddd"/>'
            )
            parts.append(write_text(left - 8, y + 4, f"{10**power:g}", anchor="end"))
        for value in xs:
            x = self.x(value)
            parts.append(
                f'<line x1="{x:.1f}" y1="{self.TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#eee"/>'
            )
            parts.append(write_text(x, bottom + 20, f"{value:,}", anchor="middle"))
        return parts


def draw_growth(title: str, costs: Mapping[str, Mapping[int, float]]) -> str:
    """Return a line for each kind of request: its milliseconds by the number of customers."""
    sizes = list(next(iter(costs.values())))
    axes = Axes(sizes, [cost for line in costs.values() for cost in line.values()])
    parts = [
        write_text(10, 22, title, "font-weight: bold"),
        *axes.draw(sizes),
        write_text(
            (axes.LEFT + WIDTH - axes.RIGHT) / 2,
            axes.HEIGHT - 8,
            "customers in the table",
            anchor="middle",
        ),
    ]
    ends = spread_labels({kind: axes.y(line[sizes[-1]]) for kind, line in costs.items()})
    for (kind, line), colour in zip(costs.items(), COLOURS, strict=False):
        points = " ".join(f"{axes.x(size):.1f},{axes.y(cost):.1f}" for size, cost in line.items())
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        parts.append(write_text(WIDTH - axes.RIGHT + 12, ends[kind] + 4, kind, f"fill: {colour}"))
    return wrap(parts, axes.HEIGHT)


def spread_labels(heights: Mapping[str, float], apart: float = 17) -> dict[str, float]:
    """Return the heights, moved down as far as needed for each label to be read."""
    spread: dict[str, float] = {}
    last = -apart
    for label, height in sorted(heights.items(), key=lambda item: item[1]):
        last = spread[label] = max(height, last + apart)
    # All labels move up by half of the last shift, so that the lowest stays in the field.
    excess = max(0.0, last - max(heights.values())) / 2
    return {label: height - excess for label, height in spread.items()}


def write_text(x: float, y: float, text: str, style: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" style="{style}">{escape(text)}</text>'


def wrap(parts: Sequence[str], height: int) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" style="{STYLE}">'
    return "\n".join(
        (head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>", "")
    )
