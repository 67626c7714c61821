"""The tree of a Prisma schema. Each node has the number of its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from entity_api.scaffolding.code import InputError

SCALARS = frozenset(
    {"String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes"}
)


def fail(line: int, text: str) -> InputError:
    """Return the error for a fault in a line of the schema."""
    return InputError(f"schema.prisma, line {line}: {text}")


@dataclass(frozen=True)
class Name:
    """A name as a value: an option of an enum, a field, `true` or `Cascade`."""

    text: str


@dataclass(frozen=True)
class Number:
    """A number as it is written."""

    text: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments, such as `now()`."""

    name: str
    arguments: tuple[Argument, ...]


# A text is a str, a list is a tuple.
Value = str | Name | Number | Call | tuple["Value", ...]


@dataclass(frozen=True)
class Argument:
    """An argument. `name` is empty where it has none."""

    name: str
    value: Value


@dataclass(frozen=True)
class Mark:
    """An attribute such as `@default(now())`, by its name without `@`."""

    name: str
    arguments: tuple[Argument, ...]
    line: int

    def find(self, name: str, *, first: bool = False) -> Value | None:
        """Return the argument of this name; with `first` also a first argument without a name."""
        for position, argument in enumerate(self.arguments):
            if argument.name == name or (first and position == 0 and not argument.name):
                return argument.value
        return None

    def read_text(self, name: str) -> str:
        """Return a text argument, also without a name. Raises InputError where there is none."""
        value = self.find(name, first=True)
        if not isinstance(value, str):
            raise fail(self.line, f"@{self.name} takes a text.")
        return value

    def read_table_name(self) -> str:
        """Return the name of a table or column. Raises InputError where it cannot be one."""
        name = self.read_text("name")
        if not re.fullmatch(r"[\w .$-]{1,63}", name):
            raise fail(self.line, f"@{self.name} has no name of a table or column: {name!r}.")
        return name

    def read_names(self, name: str) -> tuple[str, ...]:
        """Return a list of names, such as `fields: [a, b(sort: Desc)]`. Raises InputError."""
        value = self.find(name, first=True)
        items = value if isinstance(value, tuple) else ()
        names = [item.text if isinstance(item, Name) else _name_call(item) for item in items]
        if not names or not all(names):
            raise fail(self.line, f"@{self.name} takes a list of fields.")
        return tuple(names)


def _name_call(value: Value) -> str:
    return value.name if isinstance(value, Call) else ""


@dataclass(frozen=True)
class Field:
    """A field of a model. `type` is a scalar, an enum, a model, or `Unsupported`."""

    name: str
    type: str
    marks: tuple[Mark, ...]
    line: int
    optional: bool = False
    many: bool = False

    def find(self, name: str) -> Mark | None:
        """Return the attribute of this name."""
        return next((mark for mark in self.marks if mark.name == name), None)

    def list_native(self) -> Iterator[Mark]:
        """Yield the attributes that choose a type of the database, such as `@db.Date`."""
        yield from (mark for mark in self.marks if mark.name.startswith("db."))


@dataclass
class Block:
    """A model or an enum, with its fields and its attributes such as `@@map`."""

    kind: str
    name: str
    line: int
    fields: dict[str, Field] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)

    def find(self, name: str) -> Mark | None:
        """Return the first attribute of this name."""
        return next((mark for mark in self.marks if mark.name == name), None)
