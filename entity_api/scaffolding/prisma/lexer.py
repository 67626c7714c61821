"""The tokens of a Prisma schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from entity_api.scaffolding.prisma.tree import fail

# Characters. Amplication's largest schemas have some 50,000.
LONGEST = 1_000_000
NEWLINE = "the end of the line"
END = "the end of the file"
NAME, TEXT, NUMBER, SIGN = "a name", "a text", "a number", "a sign"
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\ufeff]+|//[^\n]*)
    |(?P<comment>/\*.*?\*/)
    |(?P<newline>\n)
    |(?P<name>[A-Za-z_][A-Za-z0-9_-]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*")
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_]))
    |(?P<sign>@@|\[\]|[@{}()\[\]:,.=?])""",
    re.VERBOSE | re.DOTALL,
)
_KINDS = {"name": NAME, "text": TEXT, "number": NUMBER, "sign": SIGN, "newline": NEWLINE}


@dataclass(frozen=True)
class Token:
    """A token, and the number of its line. The text of a literal is its value."""

    kind: str
    text: str
    line: int

    def is_sign(self, text: str) -> bool:
        """Return whether it is this sign."""
        return self.kind == SIGN and self.text == text

    def __str__(self) -> str:
        return repr(self.text) if self.kind in (NAME, SIGN, NUMBER) else self.kind


def list_tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of the schema, the last of which is its end. Raises InputError."""
    if len(source) > LONGEST:
        raise fail(1, f"the schema has {len(source)} characters; the most is {LONGEST}.")
    place, line = 0, 1
    while place < len(source):
        found = _TOKEN.match(source, place)
        if not found:
            raise fail(line, f"{_describe(source, place)} cannot be read.")
        kind, text = str(found.lastgroup), found[0]
        if kind in _KINDS:
            yield Token(_KINDS[kind], _read_text(text, line) if kind == "text" else text, line)
        line += text.count("\n")
        place = found.end()
    yield Token(NEWLINE, "", line)
    yield Token(END, "", line)


def _describe(source: str, place: int) -> str:
    if source[place] == '"':
        return "a text that does not end in its line"
    if source.startswith("/*", place):
        return "a comment that does not end"
    return repr(source[place])


def _read_text(literal: str, line: int) -> str:
    try:
        text: str = json.loads(literal, strict=False)
        text.encode()
    except ValueError:
        raise fail(line, f"the text {literal[:40]} has an unknown escape.") from None
    return text
