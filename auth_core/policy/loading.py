"""permissions.toml, read once: the policy it makes, or all that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from auth_core.policy.policy import ACTIONS, FIELD_ACTIONS, Policy, Section
from auth_core.policy.rule import OWN, Rule, parse_rule

Keys = tuple[str, ...]


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
        """The line on which a key, or else the table that holds it, stands; 1 where neither does."""
        return next((self.lines[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in self.lines), 1)


def current_policy() -> Policy:
    """Give the policy of settings.PERMISSIONS_FILE. A faulty file never opens anything; the start refuses it."""
    return read_source(Path(settings.PERMISSIONS_FILE)).policy


@lru_cache(maxsize=64)
def read_source(path: Path) -> Source:
    """Read and compile a file; the faults say line and key."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        return Source(Policy((), {}), (Fault(int(line[1]) if line else 1, (), str(error)),), {})
    return _Reader(find_lines(text)).read(content)


def find_lines(text: str) -> dict[Keys, int]:
    """Find the line of every table and key; tomllib itself tells lines only of what it cannot read."""
    lines: dict[Keys, int] = {}
    table: Keys = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = _split_key(header[1])
            lines.setdefault(table, number)
        elif pair := re.match(r"\s*([\w.\"'\- ]+?)\s*=", line):
            lines.setdefault((*table, *_split_key(pair[1])), number)
    return lines


def _split_key(text: str) -> Keys:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


class _Reader:
    """Compiles the content, and gathers the faults instead of stopping at the first."""

    def __init__(self, lines: dict[Keys, int]) -> None:
        self.lines = lines
        self.faults: list[Fault] = []
        self.roles: tuple[str, ...] = ()

    def read(self, content: dict[str, Any]) -> Source:
        roles = content.pop("roles", None)
        if isinstance(roles, list) and all(isinstance(role, str) and role for role in roles):
            self.roles = tuple(roles)
        else:
            self._report(("roles",), 'name the roles in a list, such as ["admin", "user"]')
        sections = {name: self._read_section(name, value) for name, value in content.items()}
        return Source(Policy(self.roles, sections), tuple(self.faults), self.lines)

    def _read_section(self, name: str, value: Any) -> Section:
        if not isinstance(value, dict):
            self._report((name,), f"this is no section; write [{name}]")
            return Section({}, {})
        actions = {}
        for action, rule in value.items():
            if action in ACTIONS:
                actions[action] = self._read_rule((name, action), rule)
            elif action != "fields":
                self._report((name, action), f"there is no such action; the actions are {', '.join(ACTIONS)}")
        return Section(actions, self._read_fields((name, "fields"), value.get("fields", {})))

    def _read_fields(self, keys: Keys, value: Any) -> dict[str, dict[str, Rule]]:
        fields: dict[str, dict[str, Rule]] = {}
        for action, rules in (value if isinstance(value, dict) else {keys[-1]: value}).items():
            if action not in FIELD_ACTIONS or not isinstance(rules, dict):
                self._report((*keys, action), f"write fields.ACTION.FIELD with one of {', '.join(FIELD_ACTIONS)}")
            else:
                fields[action] = {name: self._read_rule((*keys, action, name), rule) for name, rule in rules.items()}
        return fields

    def _read_rule(self, keys: Keys, value: Any) -> Rule:
        try:
            rule = parse_rule(value, self.roles)
        except ValueError as error:
            self._report(keys, str(error))
            return Rule()
        if rule.own and "fields" in keys:
            self._report(keys, f'"{OWN}" is about rows, and a field has none; narrow the action itself')
        return rule

    def _report(self, keys: Keys, text: str) -> None:
        line = Source(Policy((), {}), (), self.lines).line_of(keys)
        self.faults.append(Fault(line, keys, text))
