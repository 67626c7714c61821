"""What the policy lets one user do, in sentences: for `permissions explain` and for the admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from auth_core.caller import Roles, list_roles
from auth_core.policy.explanation import explain
from auth_core.policy.matrix import find_granting, state_verdict
from auth_core.policy.policy import FIELD_ACTIONS, Policy
from auth_core.policy.served import served_viewsets

INACTIVE = "is not active, and so is refused before any rule is asked"


class Verdict(NamedTuple):
    """Whether the user may do the action, and the rule that decides."""

    entity: str
    action: str
    field: str | None
    sentence: str
    rule: str


def describe_caller(user: Any, policy: Policy) -> list[str]:
    """Return sentences on the user's roles; on a user who is not active, that nothing is open."""
    name = user.get_username()
    if not user.is_active:
        return [f"{name} {INACTIVE}."]
    granting, others = find_granting(frozenset(list_roles(user)), policy)
    held = f"the roles {', '.join(granting)}" if granting else "no role"
    sentences = [f"{name} has {held}."]
    if others:
        listed = ", ".join(others)
        sentences.append(f"Groups that are no roles of the file grant nothing: {listed}.")
    return sentences


def judge(
    name: str, roles: Roles, policy: Policy, entity: str, action: str, field: str | None = None
) -> Verdict:
    """Return the verdict on an active user for an action of an entity, or on a field."""
    decision = policy.decide(roles, entity, action)
    sentence = state_verdict(name, decision, entity, action, field)
    return Verdict(entity, action, field, sentence, explain(roles, entity, action, field))


def list_verdicts(user: Any, policy: Policy) -> Iterator[Verdict]:
    """Yield the verdicts on all actions of all entities, and on fields that have a rule.

    A user who is not active has no verdicts.
    """
    name, roles = user.get_username(), frozenset(list_roles(user))
    for entity in served_viewsets() if user.is_active else ():
        for action in policy.list_actions(entity):
            yield judge(name, roles, policy, entity, action)
            if action in FIELD_ACTIONS:
                for field in policy.field_rules(entity, action):
                    yield judge(name, roles, policy, entity, action, field)
