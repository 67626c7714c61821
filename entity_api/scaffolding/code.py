"""The parts of an entity's code, before they are text."""

from __future__ import annotations

from dataclasses import dataclass

# A module and a name in it.
Import = tuple[str, str]


class InputError(ValueError):
    """A fault in a developer's input, in one line."""


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """A field of a model: `name = call(arguments)`.

    `sample` is the source of a value in JSON for a test, and empty where a test sends none.
    `is_title` holds for a short text, by which the admin shows a row.
    `target` is the model that a link leads to, as a source text, and `back` the accessor there.
    """

    name: str
    call: str
    arguments: tuple[str, ...]
    imports: tuple[Import, ...] = ()
    required: bool = False
    sample: str = ""
    is_title: bool = False
    target: str = ""
    back: str = ""
    many: bool = False


@dataclass(frozen=True)
class OptionSet:
    """A class of choices: its name, and the name and value of each member."""

    name: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class EntityCode:
    """An entity that is to be written.

    `plural` is its plural on the wire. `options` are the option sets inside its class.
    `constraints` and `indexes` have the arguments of each. `table` is the table's name, if Django
    is not to choose it.
    """

    name: str
    plural: str
    attributes: tuple[Attribute, ...]
    options: tuple[OptionSet, ...] = ()
    constraints: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    table: str = ""
