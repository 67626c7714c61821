"""Source text as `ruff format` lays it out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

WIDTH = 100
STEP = " " * 4


def quote(text: str) -> str:
    """Return the text as a literal of Python, in double quotes where it has none of them."""
    if '"' in text and "'" not in text:
        return repr(text)
    literal = json.dumps(text, ensure_ascii=False)
    return literal if text.isprintable() else repr(text)


def write_call(head: str, arguments: Sequence[str], indent: int = 0) -> str:
    """Return `head(arguments)`: in one line, with the arguments in one line of their own, or with
    each of them in a line.
    """
    pad, inner = STEP * indent, STEP * (indent + 1)
    flat = ", ".join(arguments)
    if len(line := f"{pad}{head}({flat})") <= WIDTH:
        return line
    if len(f"{inner}{flat}") <= WIDTH:
        return f"{pad}{head}(\n{inner}{flat}\n{pad})"
    return f"{pad}{head}(\n{_write_lines(arguments, inner)}{pad})"


def write_items(
    head: str, items: Sequence[str], indent: int = 0, *, brackets: str = "()", tail: str = ""
) -> str:
    """Return `head` with a tuple or list: in one line, or with each item in a line."""
    pad, inner = STEP * indent, STEP * (indent + 1)
    flat = ", ".join(items)
    if brackets == "()" and len(items) == 1:
        flat += ","
    line = f"{pad}{head}{brackets[0]}{flat}{brackets[1]}{tail}"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    return f"{pad}{head}{brackets[0]}\n{_write_lines(items, inner)}{pad}{brackets[1]}{tail}"


def _write_lines(items: Iterable[str], pad: str) -> str:
    return "".join(f"{pad}{item},\n" for item in items)
