"""Translations of the tests: each text is in marks, so that a text without marks is not translated."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from tests.processes import ROOT

_MARKED = re.compile(r"""(?:\bgettext|\b_|translate)[( ](?P<quote>["'])(?P<text>.*?)(?P=quote)""")
_SUFFIXES = (".py", ".html", ".js")


def find_texts(*apps: str) -> set[str]:
    """Return the texts that the files of these apps mark for translation."""
    files = (each for app in apps for each in (ROOT / app).rglob("*") if each.suffix in _SUFFIXES)
    return {found["text"] for each in files for found in _MARKED.finditer(each.read_text())}


def write_catalog(folder: Path, domain: str, texts: set[str]) -> None:
    """Write a file as `msgfmt` does (GNU gettext, The Format of GNU MO Files)."""
    given = {"": "Content-Type: text/plain; charset=UTF-8\n"}
    given |= {text: f"«{text}»" for text in texts}
    pairs = [(text.encode(), given[text].encode()) for text in sorted(given, key=str.encode)]
    offset = 28 + 16 * len(pairs)
    tables: tuple[list[int], list[int]] = ([], [])
    data = b""
    for which, table in enumerate(tables):
        for pair in pairs:
            table += [len(pair[which]), offset + len(data)]
            data += pair[which] + b"\0"
    header = (0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, offset)
    numbers = (*header, *tables[0], *tables[1])
    path = folder / "de" / "LC_MESSAGES" / f"{domain}.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack(f"<{len(numbers)}I", *numbers) + data)
