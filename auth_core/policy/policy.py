"""The compiled policy: (roles, entity, action) leads to rows and fields by one look-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auth_core.policy.rule import CLOSED, Reach, Rule

ACTIONS = ("view", "search", "create", "update", "delete")
FIELD_ACTIONS = ("view", "search", "create", "update")

Roles = frozenset[str] | None
"""The roles of a known caller; None for a caller nobody knows."""


@dataclass(frozen=True)
class Section:
    """What the file says of one entity."""

    actions: Mapping[str, Rule]
    fields: Mapping[str, Mapping[str, Rule]]


@dataclass(frozen=True)
class Decision:
    """What a caller reaches with an action: which rows, and of their fields all but the `withheld`."""

    rule: Rule
    reach: Reach
    withheld: frozenset[str]


@dataclass(frozen=True)
class Policy:
    """The whole file. Closed for every entity, action and role that it does not name."""

    roles: tuple[str, ...]
    sections: Mapping[str, Section]
    _table: dict[tuple[Roles, str, str], Decision] = field(default_factory=dict, repr=False, compare=False)

    def decide(self, roles: Roles, entity: str, action: str) -> Decision:
        """Look a decision up; it is worked out once for each set of known roles, of which there are few."""
        key = (None if roles is None else roles.intersection(self.roles), entity, action)
        found = self._table.get(key)
        if found is None:
            found = self._table[key] = self._work_out(*key)
        return found

    def is_public(self, entity: str, action: str) -> bool:
        return self.rule(entity, action).public

    def rule(self, entity: str, action: str) -> Rule:
        section = self.sections.get(entity)
        return section.actions.get(action, CLOSED) if section else CLOSED

    def field_rules(self, entity: str, action: str) -> Mapping[str, Rule]:
        section = self.sections.get(entity)
        return section.fields.get(action, {}) if section else {}

    def _work_out(self, roles: Roles, entity: str, action: str) -> Decision:
        rule = self.rule(entity, action)
        narrowed = self.field_rules(entity, action).items()
        withheld = frozenset(name for name, of_field in narrowed if of_field.reach_of(roles) is not Reach.ALL_ROWS)
        return Decision(rule, rule.reach_of(roles), withheld)
