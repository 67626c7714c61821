"""Which rule of permissions.toml decided: for refusals in DEBUG, and for `manage.py permissions explain`."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from auth_core.policy.lines import Keys
from auth_core.policy.loading import read_source
from auth_core.policy.policy import NEEDS, Policy, Roles
from auth_core.policy.rule import Reach


def explain(roles: Roles, entity: str, action: str, field: str | None = None) -> str:
    """Quote the rule that decides for a caller with these roles, with its file and line."""
    path = Path(settings.PERMISSIONS_FILE)
    source = read_source(path)
    if source.faults:
        return f"{path.name} cannot be used: {source.faults[0]}"
    keys = find_deciding(source.policy, roles, entity, action, field)
    return f"{path.name}, line {source.line_of(keys)}: {_quote(source.policy, keys)}"


def find_deciding(
    policy: Policy, roles: Roles, entity: str, action: str, field: str | None = None
) -> Keys:
    """Find the rule that decides, as the keys that lead to it: the narrowest of all that have a say."""
    actions = [action, NEEDS[action]] if action in NEEDS else [action]
    decisive = min(actions, key=lambda name: policy.rule(entity, name).reach_of(roles))
    if field is None or policy.rule(entity, decisive).reach_of(roles) is Reach.NONE:
        return (entity, decisive)
    narrowing = [name for name in actions if field in policy.field_rules(entity, name)]
    if not narrowing:
        return (entity, decisive)
    narrowest = min(
        narrowing, key=lambda name: policy.field_rules(entity, name)[field].reach_of(roles)
    )
    return (entity, "fields", narrowest, field)


def _quote(policy: Policy, keys: Keys) -> str:
    entity, *rest = keys
    if entity not in policy.sections:
        return f"there is no section [{entity}]"
    if len(rest) > 1:
        return f"[{entity}] {'.'.join(rest)} = {policy.field_rules(entity, rest[1])[rest[2]].text}"
    action = rest[0]
    if action not in policy.sections[entity].actions:
        return f"[{entity}] does not name {action}"
    return f"[{entity}] {action} = {policy.rule(entity, action).text}"
