"""Who may do something: a value of permissions.toml, and what it comes to for a caller."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

WORDS = PUBLIC, ALL, OWN = "public", "all", "own"


class Reach(IntEnum):
    """Which rows a caller reaches with an action."""

    NONE = 0
    OWN_ROWS = 1
    ALL_ROWS = 2


@dataclass(frozen=True)
class Rule:
    """A parsed value. `text` is how the file has it."""

    text: str = "(not named)"
    public: bool = False
    everyone: bool = False
    own: bool = False
    roles: frozenset[str] = frozenset()

    def reach_of(self, roles: Collection[str] | None) -> Reach:
        """Return which rows a caller with these roles reaches; `None` is an unknown caller."""
        if self.public:
            return Reach.ALL_ROWS
        if roles is None:
            return Reach.NONE
        if self.everyone or not self.roles.isdisjoint(roles):
            return Reach.ALL_ROWS
        return Reach.OWN_ROWS if self.own else Reach.NONE


CLOSED = Rule()


def parse_rule(value: object, roles: Collection[str]) -> Rule:
    """Parse a value of the file; raises ValueError with the fault."""
    text = repr(value).replace("'", '"')
    if value in (PUBLIC, ALL, OWN):
        return Rule(text, public=value == PUBLIC, everyone=value == ALL, own=value == OWN)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f'{text} is none of "public", "all", "own" and a list of roles')
    named = frozenset(value) - {OWN}
    if wrong := sorted(named & {PUBLIC, ALL}):
        raise ValueError(f'"{wrong[0]}" stands alone, not in a list')
    if unknown := sorted(named - frozenset(roles)):
        raise ValueError(f'there is no role "{unknown[0]}"; roles = {list(roles)}')
    return Rule(text, own=OWN in value, roles=named)
