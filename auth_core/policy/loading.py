"""permissions.toml, read once: the policy it makes, or all that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from auth_core.policy.lines import Keys, find_lines
from auth_core.policy.policy import ALWAYS_SEEN, FIELD_ACTIONS, Policy, Section
from auth_core.policy.rule import OWN, WORDS, Rule, parse_rule

# A role is a Django group, whose name has this many characters.
MAX_ROLE = 150
# Entity, "fields", action, field.
_FIELD_KEYS = 4


@dataclass(frozen=True)
class Fault:
    """Something wrong in the file: where, and what."""

    line: int
    keys: Keys
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, {'.'.join(self.keys) or 'the file'}: {self.text}"


@dataclass(frozen=True)
class Source:
    """The file as far as it could be read; with faults, the policy is closed where they are."""

    policy: Policy
    faults: tuple[Fault, ...]
    lines: dict[Keys, int]

    def line_of(self, keys: Keys) -> int:
        """The line of a key, else of the table that holds it, else 1."""
        return next(
            (self.lines[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in self.lines),
            1,
        )


def current_policy() -> Policy:
    """Return the policy of settings.PERMISSIONS_FILE.

    A faulty file never opens anything; the start refuses it.
    """
    # As it is: making a Path of it anew costs more than all else that a decision takes.
    return read_source(settings.PERMISSIONS_FILE).policy


@lru_cache(maxsize=64)
def read_source(path: Path | str) -> Source:
    """Read and compile a file; the faults have line and key."""
    text = ""
    try:
        text = Path(path).read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Source(
            Policy((), {}), (Fault(_line_of_error(str(error), text), (), str(error)),), {}
        )
    return _Reader(find_lines(text)).read(content)


def _line_of_error(error: str, text: str) -> int:
    if "end of document" in error:
        return text.rstrip().count("\n") + 1
    line = re.search(r"line (\d+)", error)
    return int(line[1]) if line else 1


def find_role_fault(roles: object) -> str | None:
    """Return the fault of the list of roles."""
    if not isinstance(roles, list) or not all(map(_is_name, roles)):
        return 'name the roles in a list, such as ["admin", "user"]'
    if reserved := sorted(set(roles) & set(WORDS)):
        return f'"{reserved[0]}" is a word of the rules and cannot name a role'
    if twice := sorted({role for role in roles if roles.count(role) > 1}):
        return f'the role "{twice[0]}" is named twice'
    if long := [role for role in roles if len(role) > MAX_ROLE]:
        return f'the name "{long[0][:20]}…" is too long; a role has at most {MAX_ROLE} characters'
    return None


def _is_name(role: object) -> bool:
    return isinstance(role, str) and bool(role.strip()) and role.isprintable()


def _find_field_fault(keys: Keys, rule: Rule) -> str | None:
    if rule.own:
        return f'"{OWN}" is about rows, and a field has none; narrow the action itself'
    if keys[-1] in ALWAYS_SEEN and keys[-2] in ("view", "search"):
        return "every caller who sees a row sees this field"
    return None


class _Reader:
    """Compiles the content, and gathers the faults instead of stopping at the first."""

    def __init__(self, lines: dict[Keys, int]) -> None:
        self.lines = lines
        self.faults: list[Fault] = []
        self.roles: tuple[str, ...] = ()

    def read(self, content: dict[str, Any]) -> Source:
        if fault := find_role_fault(roles := content.pop("roles", None)):
            # Every rule would be about roles that are not there.
            self._report(("roles",), fault)
            return Source(Policy((), {}), tuple(self.faults), self.lines)
        self.roles = tuple(roles)
        sections = {name: self._read_section(name, value) for name, value in content.items()}
        return Source(Policy(self.roles, sections), tuple(self.faults), self.lines)

    def _read_section(self, name: str, value: Any) -> Section:
        if not isinstance(value, dict):
            self._report((name,), f"this is no section; write [{name}]")
            return Section({}, {})
        # An entity's own actions are known to its viewset (auth_core/policy/checks.py).
        rules = ((action, rule) for action, rule in value.items() if action != "fields")
        actions = {action: self._read_rule((name, action), rule) for action, rule in rules}
        return Section(actions, self._read_fields((name, "fields"), value.get("fields", {})))

    def _read_fields(self, keys: Keys, value: Any) -> dict[str, dict[str, Rule]]:
        fields: dict[str, dict[str, Rule]] = {}
        for action, rules in (value if isinstance(value, dict) else {keys[-1]: value}).items():
            if action not in FIELD_ACTIONS or not isinstance(rules, dict):
                self._report(
                    (*keys, action),
                    f"write fields.ACTION.FIELD with one of {', '.join(FIELD_ACTIONS)}",
                )
            else:
                fields[action] = {
                    name: self._read_rule((*keys, action, name), rule)
                    for name, rule in rules.items()
                }
        return fields

    def _read_rule(self, keys: Keys, value: Any) -> Rule:
        try:
            rule = parse_rule(value, self.roles)
        except ValueError as error:
            self._report(keys, str(error))
            return Rule()
        if len(keys) == _FIELD_KEYS and (fault := _find_field_fault(keys, rule)):
            self._report(keys, fault)
        return rule

    def _report(self, keys: Keys, text: str) -> None:
        line = Source(Policy((), {}), (), self.lines).line_of(keys)
        self.faults.append(Fault(line, keys, text))
