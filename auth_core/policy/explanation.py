"""Which rule of permissions.toml decided: for refusals in DEBUG, and for `manage.py permissions
explain`.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from auth_core.caller import Roles
from auth_core.policy.lines import Keys
from auth_core.policy.loading import read_source
from auth_core.policy.policy import NEEDS, Policy
from auth_core.policy.rule import Reach


def explain(roles: Roles, entity: str, action: str, field: str | None = None) -> str:
    """Quote the rule that decides for a caller with these roles, with its file and line."""
    path = Path(settings.PERMISSIONS_FILE)
    source = read_source(path)
    if source.faults:
        return f"{path.name} cannot be used: {source.faults[0]}"
    keys = find_deciding(source.policy, roles, entity, action, field)
    return f"{path.name}, line {source.line_of(keys)}: {_quote(source.policy, keys)}"


def list_rules(entity: str) -> dict[str, str]:
    """Return the entity's rules by action, and by `update of email` for a field, with their lines.

    The file's first fault is the only rule of a file that cannot be used.
    """
    path = Path(settings.PERMISSIONS_FILE)
    source = read_source(path)
    if source.faults:
        return {"closed": f"{path.name} cannot be used: {source.faults[0]}"}
    policy = source.policy
    rules: dict[str, str] = {}
    for action in policy.list_actions(entity):
        is_named = entity in policy.sections and action in policy.sections[entity].actions
        line = source.line_of((entity, action))
        text = policy.rule(entity, action).text
        rules[action] = f"{text} ({path.name}, line {line})" if is_named else "closed, not named"
        for field, rule in policy.field_rules(entity, action).items():
            line = source.line_of((entity, "fields", action, field))
            rules[f"{action} of {field}"] = f"{rule.text} ({path.name}, line {line})"
    return rules


def find_deciding(
    policy: Policy, roles: Roles, entity: str, action: str, field: str | None = None
) -> Keys:
    """Find the rule that decides, as the keys that lead to it: the narrowest rule wins."""
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
