"""The compiled policy: (roles, entity, action) leads to rows and fields by one look-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auth_core.caller import Roles
from auth_core.policy.rule import CLOSED, Reach, Rule

ACTIONS = ("view", "search", "create", "update", "delete")
FIELD_ACTIONS = ("view", "search", "create", "update")
# Actions that need another action too: a list shows rows, so it needs the right to view them.
NEEDS = {"search": "view"}
# Fields that go with the row.
ALWAYS_SEEN = frozenset({"id"})


@dataclass(frozen=True)
class Section:
    """The rules of an entity: of the five actions, of its own actions, and of fields."""

    actions: Mapping[str, Rule]
    fields: Mapping[str, Mapping[str, Rule]]


@dataclass(frozen=True)
class Decision:
    """The rows that a caller reaches with an action, and the fields that are `withheld`."""

    reach: Reach
    withheld: frozenset[str]


# Compared by identity, because caches use a policy as a key.
@dataclass(frozen=True, eq=False)
class Policy:
    """The whole file. Closed for every entity, action and role that it does not name."""

    roles: tuple[str, ...]
    sections: Mapping[str, Section]
    _table: dict[tuple[Roles, str, str], Decision] = field(default_factory=dict, repr=False)

    def decide(self, roles: Roles, entity: str, action: str) -> Decision:
        """Look a decision up; it is worked out once for each set of known roles, of which there are
        few.
        """
        key = (None if roles is None else roles.intersection(self.roles), entity, action)
        found = self._table.get(key)
        if found is None:
            found = self._table[key] = self._work_out(*key)
        return found

    def is_public(self, entity: str, action: str) -> bool:
        """Whether the action needs no credentials."""
        return self.decide(None, entity, action).reach is Reach.ALL_ROWS

    def names_own(self, entity: str, action: str) -> bool:
        """Whether the file has a rule for this action of the author's own."""
        section = self.sections.get(entity)
        return section is not None and action in section.actions and action not in ACTIONS

    def list_actions(self, entity: str) -> list[str]:
        """Return the five actions, and the own actions that the file names for the entity."""
        section = self.sections.get(entity)
        return list(dict.fromkeys([*ACTIONS, *(section.actions if section else ())]))

    def rule(self, entity: str, action: str) -> Rule:
        section = self.sections.get(entity)
        return section.actions.get(action, CLOSED) if section else CLOSED

    def field_rules(self, entity: str, action: str) -> Mapping[str, Rule]:
        section = self.sections.get(entity)
        return section.fields.get(action, {}) if section else {}

    def _work_out(self, roles: Roles, entity: str, action: str) -> Decision:
        own = self._work_out_alone(roles, entity, action)
        if action not in NEEDS:
            return own
        other = self._work_out_alone(roles, entity, NEEDS[action])
        return Decision(min(own.reach, other.reach), own.withheld | other.withheld)

    def _work_out_alone(self, roles: Roles, entity: str, action: str) -> Decision:
        narrowed = self.field_rules(entity, action).items()
        withheld = {name for name, rule in narrowed if rule.reach_of(roles) is not Reach.ALL_ROWS}
        if action in ("view", "search"):
            withheld -= ALWAYS_SEEN
        return Decision(self.rule(entity, action).reach_of(roles), frozenset(withheld))
