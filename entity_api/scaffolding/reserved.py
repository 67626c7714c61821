"""Names that an entity or a field cannot have."""

from __future__ import annotations

import keyword
import re

import entity_api
from entity_api.description.model import Entity
from entity_api.scaffolding.code import InputError
from entity_api.scaffolding.names import snake_case

LONGEST_NAME = 60
# Names that the written modules import.
IMPORTED = frozenset({"Any", "ClassVar", "Model", *entity_api.__all__})
# Names that mean something else in a model.
ATTRIBUTES = frozenset(dir(Entity)) | {"objects", "pk", "owner_path", "self"}


def check_entity_name(name: str) -> None:
    """Raise InputError where an entity cannot have this name."""
    if not re.fullmatch(rf"[A-Z][A-Za-z0-9]{{0,{LONGEST_NAME - 1}}}", name):
        raise InputError(
            f"{name!r} is no name of an entity: write a capital, then letters and digits."
        )
    if keyword.iskeyword(name) or name in IMPORTED:
        raise InputError(f"{name!r} is a reserved word. Choose another name.")


def check_field_name(name: str) -> None:
    """Raise InputError where a field cannot have this name."""
    if not re.fullmatch(rf"[a-z][a-z0-9_]{{0,{LONGEST_NAME - 1}}}", name):
        other = snake_case(name)
        hint = f" Write {other!r}." if re.fullmatch(r"[a-z][a-z0-9_]*", other) else ""
        raise InputError(
            f"{name!r} is no name of a field: write small letters, digits and _.{hint}"
        )
    if name.endswith("_") or "__" in name:
        raise InputError(f"{name!r} is no name of a field: _ stands between two letters or digits.")
    if fault := find_field_fault(name):
        raise InputError(f"{fault} Choose another name.")


def find_field_fault(name: str) -> str:
    """Return why a well-formed name means something else in a model; an empty text if not so."""
    if keyword.iskeyword(name):
        return f"{name!r} is a word of Python."
    if name in ATTRIBUTES:
        return f"{name!r} is a name of every entity."
    return ""
