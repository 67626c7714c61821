"""The line of each key in a TOML file. tomllib reports lines of syntax errors only."""

from __future__ import annotations

import re
import tomllib
from typing import Any

Keys = tuple[str, ...]

_PART = r"""(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_PATH = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"[ \t]*\[\[?[ \t]*({_PATH})[ \t]*\]")
_PAIR = re.compile(rf"[ \t]*({_PATH})[ \t]*=")
# A text of several lines may look like anything, so it is taken out. The other alternatives
# keep comments and strings from looking like it.
_OPAQUE = re.compile(
    r"""("{3}(?:\\.|[^\\])*?"{3}|'{3}.*?'{3})|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*""",
    re.DOTALL | re.VERBOSE,
)


def find_lines(text: str) -> dict[Keys, int]:
    """Return the line, from 1, of every table and key that begins one; a dotted key also names the
    tables on its way.
    """
    lines: dict[Keys, int] = {}
    table: Keys = ()
    for number, line in enumerate(_blank_texts(text).split("\n"), 1):
        if header := _HEADER.match(line):
            table = _split_path(header[1])
            keys = table
        elif pair := _PAIR.match(line):
            keys = (*table, *_split_path(pair[1]))
        else:
            continue
        for end in range(1, len(keys) + 1):
            lines.setdefault(keys[:end], number)
    return lines


def _blank_texts(text: str) -> str:
    return _OPAQUE.sub(lambda found: "\n" * found[0].count("\n") if found[1] else found[0], text)


def _split_path(path: str) -> Keys:
    keys: list[str] = []
    value: Any = tomllib.loads(f"{path} = 0")
    while isinstance(value, dict):
        [(key, value)] = value.items()
        keys.append(key)
    return tuple(keys)
