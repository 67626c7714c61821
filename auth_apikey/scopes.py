"""What a key is to be used for, compared with what its user may do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import ValidationError

from auth_core.caller import read_roles
from auth_core.policy.loading import current_policy
from auth_core.policy.policy import Policy
from auth_core.policy.rule import Reach

Names = Collection[str] | None


@dataclass(frozen=True)
class Scopes:
    """The actions, entities and roles that a key is narrowed to; `None` narrows nothing."""

    actions: Names = None
    entities: Names = None
    roles: Names = None

    def as_columns(self) -> dict[str, Any]:
        """Return the columns of a key."""
        found = {"actions": self.actions, "entities": self.entities, "roles": self.roles}
        return {
            name: None if names is None else sorted(set(names)) for name, names in found.items()
        }


def require_within(user: Any, scopes: Scopes) -> None:
    """Raise ValidationError for scopes that are more than the user may do, with the names."""
    policy, own = current_policy(), frozenset(read_roles(user))
    faults: dict[str, list[str]] = {}
    if beyond := sorted(set(scopes.roles or ()) - own):
        faults["roles"] = [f"The user has no role {_join(beyond)}."]
    held = own if scopes.roles is None else own & set(scopes.roles)
    open_actions = _list_open(policy, held, scopes.entities)
    if beyond := sorted(name for name in scopes.entities or () if not open_actions.get(name)):
        faults["entities"] = [f"The user may do nothing with {_join(beyond)}."]
    may = set().union(*open_actions.values())
    if beyond := sorted(set(scopes.actions or ()) - may):
        faults["actions"] = [f"The user may not use the action {_join(beyond)} with them."]
    elif "search" in (scopes.actions or ()) and "view" not in (scopes.actions or ()):
        faults["actions"] = ["The action search needs view as well."]
    if faults:
        raise ValidationError(faults)


def _list_open(policy: Policy, roles: frozenset[str], entities: Names) -> Mapping[str, set[str]]:
    """Return the actions that the roles open, by entity."""
    named = policy.sections if entities is None else set(entities) & policy.sections.keys()
    return {
        entity: {
            action
            for action in policy.list_actions(entity)
            if policy.decide(roles, entity, action).reach is not Reach.NONE
        }
        for entity in named
    }


def _join(names: list[str]) -> str:
    return " or ".join(map(repr, names))
