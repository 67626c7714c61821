"""README.md and the pages of docs/ taken apart, so that what they say can be run."""

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from tests.processes import ROOT

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
TEXT = "\n\n".join(page.read_text(encoding="utf-8") for page in PAGES)
_BLOCK = re.compile(r"(?:^([^\n]+)\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MANAGE = "uv run manage.py "


class Block(NamedTuple):
    """A fenced block, with the line above it."""

    above: str
    language: str
    code: str


BLOCKS = [Block(*match.groups(default="")) for match in _BLOCK.finditer(TEXT)]


def find_quotes() -> dict[str, str]:
    """The blocks that are, or are to be added to, a file: by the file's path."""
    named = ((re.match(r"`([a-z_]+/[\w./]+)`", block.above), block) for block in BLOCKS)
    return {match[1]: block.code for match, block in named if match}


def find_lines(language: str, start: str) -> list[str]:
    blocks = (block.code for block in BLOCKS if block.language == language)
    return [line for code in blocks for line in code.splitlines() if line.startswith(start)]


def find_commands() -> list[list[str]]:
    """The management commands that are shown, but for those on the way to production, each as its
    words.
    """
    scripts = [
        block.code
        for block in BLOCKS
        if block.language == "sh" and "manage.py serve" not in block.code
    ]
    lines = [line for script in scripts for line in script.splitlines() if line.startswith(MANAGE)]
    return [shlex.split(line.removeprefix(MANAGE)) for line in lines]


def find_block(language: str) -> str:
    """The only block in this language."""
    (code,) = (block.code for block in BLOCKS if block.language == language)
    return code


def read_table(title: str) -> Iterator[list[str]]:
    """The rows of the table whose first column has this title."""
    table = TEXT.partition(f"| {title} |")[2].partition("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]
