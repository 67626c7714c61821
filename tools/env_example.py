"""Write `.env.example` from docs/settings.md: `uv run --dev python -m tools.env_example`.

A line is a comment until its `#` is taken away, so a copy of the file changes nothing.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = ROOT / ".env.example"
_ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
_WIDTH = 100
_HEAD = """\
# The settings of the service. Copy this file to .env, and take the # away from what you change.
# The environment wins over .env. Keep .env out of version control: it holds keys.
"""


def write_example() -> str:
    """Return the text: each variable with its meaning, and its default where that is a value."""
    table = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return _HEAD + "".join("\n" + "\n".join(_describe(*row)) + "\n" for row in _ROW.findall(table))


def _describe(name: str, meaning: str, default: str) -> Iterator[str]:
    value = re.fullmatch(r"`([^`]*)`", default)
    text = f"{meaning[0].upper()}{meaning[1:]}. Default: {default}.".replace("`", "")
    yield from textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")
    yield f"#{name}={value[1] if value else ''}"


if __name__ == "__main__":
    FILE.write_text(write_example(), encoding="utf-8")
