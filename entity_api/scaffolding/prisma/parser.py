"""The parser: a tree out of the text of a schema, or an error with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from entity_api.scaffolding.prisma.lexer import (
    END,
    NAME,
    NEWLINE,
    NUMBER,
    SIGN,
    TEXT,
    Token,
    list_tokens,
)
from entity_api.scaffolding.prisma.tree import (
    Argument,
    Block,
    Call,
    Field,
    Mark,
    Name,
    Number,
    Value,
    fail,
)

Item = TypeVar("Item")
MODELS = ("model", "view", "type")
SETTINGS = ("datasource", "generator")
# Calls and lists inside each other.
DEEPEST = 20
FIELD_MARKS = frozenset({"id", "unique", "default", "relation", "map", "updatedAt", "ignore"})
BLOCK_MARKS = frozenset({"id", "unique", "index", "map", "ignore", "schema", "fulltext"})


def parse_schema(source: str) -> list[Block]:
    """Return the blocks of a schema but its settings. Raises InputError with the line."""
    return list(Parser(source).parse())


class Parser:
    """Parses a schema by a method for each rule of its grammar."""

    def __init__(self, source: str) -> None:
        self._tokens = list(list_tokens(source))
        self._place = 0
        self._depth = 0

    def parse(self) -> Iterator[Block]:
        """Yield the blocks. Raises InputError with the line."""
        seen: dict[str, int] = {}
        while self._skip_lines().kind != END:
            start = self._take(NAME)
            if start.text not in (*MODELS, *SETTINGS, "enum"):
                raise fail(start.line, f"there is no block {start.text!r}.")
            block = Block(start.text, self._take(NAME).text, start.line)
            self._take(SIGN, "{")
            self._take(NEWLINE)
            rules = {"enum": self._parse_option, **dict.fromkeys(SETTINGS, self._parse_setting)}
            self._parse_lines(block, rules.get(start.text, self._parse_field))
            if start.text in SETTINGS:
                continue
            if block.name in seen:
                text = f"{block.name} is there already, in line {seen[block.name]}."
                raise fail(block.line, text)
            seen[block.name] = block.line
            yield block

    def _parse_lines(self, block: Block, parse: Callable[[Block], None]) -> None:
        while not (token := self._skip_lines()).is_sign("}"):
            if token.kind == END:
                raise fail(block.line, f"{block.kind} {block.name} does not end.")
            if token.is_sign("@@"):
                self._next()
                block.marks.append(self._parse_mark(token, BLOCK_MARKS))
            else:
                parse(block)
            self._take(NEWLINE)
        self._next()
        self._take(NEWLINE)

    def _parse_setting(self, _: Block) -> None:
        self._take(NAME)
        self._take(SIGN, "=")
        self._parse_value()

    def _parse_option(self, block: Block) -> None:
        token = self._take(NAME)
        self._add(block, Field(token.text, "", self._parse_marks(), token.line))

    def _parse_field(self, block: Block) -> None:
        token, kind = self._take(NAME), self._take(NAME)
        if kind.text == "Unsupported":
            self._take(SIGN, "(")
            self._take(TEXT)
            self._take(SIGN, ")")
        many, optional = self._skip("[]"), self._skip("?")
        marks = self._parse_marks()
        self._add(block, Field(token.text, kind.text, marks, token.line, optional, many))

    def _add(self, block: Block, field: Field) -> None:
        if field.name in block.fields:
            raise fail(field.line, f"{block.name} has {field.name} twice.")
        block.fields[field.name] = field

    def _parse_marks(self) -> tuple[Mark, ...]:
        marks: list[Mark] = []
        while (token := self._peek()).is_sign("@"):
            self._next()
            mark = self._parse_mark(token, FIELD_MARKS)
            if mark.name in [each.name for each in marks]:
                raise fail(mark.line, f"@{mark.name} is there twice.")
            marks.append(mark)
        return tuple(marks)

    def _parse_mark(self, start: Token, known: frozenset[str]) -> Mark:
        name = self._take(NAME).text
        while self._skip("."):
            name += f".{self._take(NAME).text}"
        if name not in known and not (name.startswith("db.") and known is FIELD_MARKS):
            raise fail(start.line, f"there is no {start.text}{name}.")
        return Mark(name, self._parse_arguments(), start.line)

    def _parse_arguments(self) -> tuple[Argument, ...]:
        return tuple(self._parse_items(")", self._parse_argument)) if self._skip("(") else ()

    def _parse_items(self, end: str, parse: Callable[[], Item]) -> Iterator[Item]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise fail(self._peek().line, f"more than {DEEPEST} lists are inside each other.")
        while not self._skip_lines().is_sign(end):
            yield parse()
            if not self._skip_lines().is_sign(end):
                self._take(SIGN, ",")
        self._next()
        self._depth -= 1

    def _parse_argument(self) -> Argument:
        self._skip_lines()
        if self._peek().kind == NAME and self._tokens[self._place + 1].is_sign(":"):
            name = self._take(NAME).text
            self._next()
            return Argument(name, self._parse_value())
        return Argument("", self._parse_value())

    def _parse_value(self) -> Value:
        token = self._skip_lines()
        self._next()
        if token.kind == TEXT:
            return token.text
        if token.kind == NUMBER:
            return Number(token.text)
        if token.is_sign("[]"):
            return ()
        if token.is_sign("["):
            return tuple(self._parse_items("]", self._parse_value))
        if token.kind != NAME:
            raise fail(token.line, f"a value is missing; there is {token}.")
        if self._peek().is_sign("("):
            return Call(token.text, self._parse_arguments())
        return Name(token.text)

    def _peek(self) -> Token:
        return self._tokens[min(self._place, len(self._tokens) - 1)]

    def _next(self) -> Token:
        token = self._peek()
        self._place += 1
        return token

    def _skip(self, text: str) -> bool:
        found = self._peek().is_sign(text)
        self._place += found
        return found

    def _skip_lines(self) -> Token:
        while self._peek().kind == NEWLINE:
            self._place += 1
        return self._peek()

    def _take(self, kind: str, text: str = "") -> Token:
        token = self._next()
        if token.kind == END and kind == NEWLINE:
            return token
        if token.kind != kind or (text and token.text != text):
            raise fail(token.line, f"{repr(text) if text else kind} is missing; there is {token}.")
        return token
