"""The grants.json of an Amplication service: an array of `{role, resource, action, attributes}`,
read strictly.

The form is that of the npm package accesscontrol: an action is `create|read|update|delete`, then
`:any` or `:own`; attributes are "*" for all fields, "!name" for all but this field, or names. An
empty list grants nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

VERBS = {
    "create": ("create",),
    "read": ("view", "search"),
    "update": ("update",),
    "delete": ("delete",),
}
POSSESSIONS = ("any", "own")
EVERY = "*"


@dataclass(frozen=True)
class Grant:
    """The right of a role to an action on a resource, and to which of its fields."""

    role: str
    resource: str
    verb: str
    own: bool
    attributes: tuple[str, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        return VERBS[self.verb]

    @property
    def empty(self) -> bool:
        return (
            not any(not name.startswith("!") for name in self.attributes) or "!*" in self.attributes
        )

    def withheld_of(self, fields: Iterable[str]) -> set[str]:
        """Return the fields that the grant leaves out.

        A part of a field counts as the field.
        """
        denied = {name[1:].split(".")[0] for name in self.attributes if name.startswith("!")}
        named = {name for name in self.attributes if not name.startswith("!")}
        return {
            field
            for field in fields
            if field in denied or (EVERY not in named and field not in named)
        }

    def unknown_of(self, fields: Iterable[str]) -> set[str]:
        """Return the names that are not among the fields."""
        names = {name.removeprefix("!").split(".")[0] for name in self.attributes}
        return names - {EVERY, *fields}


def parse_grants(text: str) -> list[Grant]:
    """Parse the file; raises ValueError with the fault and its grant."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is no JSON: {error}") from None
    if not isinstance(items, list):
        raise ValueError("it is no array of grants")
    return [_parse_grant(item, f"grant {number}") for number, item in enumerate(items, 1)]


def _parse_grant(item: Any, place: str) -> Grant:
    if not isinstance(item, dict):
        raise ValueError(f"{place} is no object")
    for name in ("role", "resource", "action"):
        if not isinstance(item.get(name), str) or not item[name]:
            raise ValueError(f'{place} has no text "{name}"')
    verb, _, possession = item["action"].partition(":")
    if verb not in VERBS or (possession or "any") not in POSSESSIONS:
        known = ", ".join(f"{verb}:{possession}" for verb in VERBS for possession in POSSESSIONS)
        raise ValueError(f"{place}: there is no action {item['action']!r}; the actions are {known}")
    attributes = tuple(_parse_attributes(item.get("attributes", EVERY), place))
    return Grant(item["role"], item["resource"], verb, possession == "own", attributes)


def _parse_attributes(value: Any, place: str) -> Iterator[str]:
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f'{place}: "attributes" is neither a text nor a list of texts')
    yield from (stripped for name in names if (stripped := name.strip()))
