"""The names that models and fields of a Prisma schema get here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from entity_api.description.naming import camel_case
from entity_api.scaffolding.amplication.notes import Notes
from entity_api.scaffolding.code import InputError
from entity_api.scaffolding.names import plural_of, snake_case
from entity_api.scaffolding.prisma.tree import Block, Field
from entity_api.scaffolding.reserved import (
    LONGEST_NAME,
    check_entity_name,
    find_field_fault,
)

_FIELD = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{LONGEST_NAME - 1}}}", re.ASCII)
_CONTROLLER = re.compile(r'@\w*\.?Controller\("([a-z][A-Za-z0-9]*)"\)')


def name_field(field: Field, taken: Collection[str], notes: Notes) -> str:
    """Return the field's name in Python. A note is added where its name in JSON is another."""
    usable = [each for each in _list_forms(field.name) if _is_usable(each) and each not in taken]
    for form in usable:
        if camel_case(form) == field.name:
            return form
    plain = snake_case(field.name).strip("_")
    plain = re.sub(r"_{2,}", "_", re.sub(r"\W", "_", plain, flags=re.ASCII)) or "field"
    form, number = (plain if plain in usable else f"{plain}_field"), 2
    while form in taken or not _is_usable(form):
        form, number = f"{plain[: LONGEST_NAME - 10]}_field_{number}", number + 1
    notes.add(field.line, f"{field.name} has another name in JSON here: {camel_case(form)}.")
    return form


def _list_forms(name: str) -> Iterator[str]:
    yield snake_case(name)
    # `userID` is `user_i_d`, since that is `userID` again in JSON.
    yield re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    yield name


def _is_usable(name: str) -> bool:
    well_formed = _FIELD.fullmatch(name) and "__" not in name and not name.endswith("_")
    return bool(well_formed) and not find_field_fault(name)


def name_class(block: Block, taken: Collection[str], notes: Notes, suffix: str = "Entity") -> str:
    """Return the name of a class for a block. A note is added where it is another."""
    name = block.name[:1].upper() + block.name[1:]
    name = re.sub(r"\W|_", "", name, flags=re.ASCII)[: LONGEST_NAME - 10]
    try:
        check_entity_name(name)
    except InputError:
        name = f"{name}{suffix}"
    while name in taken:
        name = f"{name}{suffix}"
    if name != block.name:
        notes.add(block.line, f"{block.name} cannot have this name here. Its name is {name}.")
    return name


def find_plural(folder: Path, name: str) -> str:
    """Return the plural of an entity: that of its controller, if the service has its code."""
    first = name[:1].lower() + name[1:]
    file = folder / "src" / first / f"{first}.controller.ts"
    try:
        found = _CONTROLLER.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    except (OSError, UnicodeError):
        found = None
    return found[1] if found else plural_of(name)
