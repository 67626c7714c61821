"""Tables of text for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

# Rows that get common widths. A list of any length takes the memory of so many.
BLOCK = 1000
# Characters that would move the cursor, colour the text or hide a part of it (ECMA-48), and marks
# of direction, by which a text seems to read otherwise (Unicode, UAX 9).
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def draw_table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the rows as lines with aligned columns. The first row may be the heading."""
    source = iter(rows)
    widths: list[int] = []
    while block := [[show_text(cell) for cell in row] for row in islice(source, BLOCK)]:
        columns = max(len(widths), *map(len, block))
        widths += [0] * (columns - len(widths))
        for row in block:
            for column, cell in enumerate(row):
                widths[column] = max(widths[column], len(cell))
        for row in block:
            yield "  ".join(map(str.ljust, row, widths)).rstrip()


def show_text(text: str) -> str:
    """Return the text with characters that control a terminal as escapes: `\\x1b`."""
    return _UNSAFE.sub(
        lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text
    )
