"""The sections of the policy that an Amplication service's grants become."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

from django.core.management import get_commands

from entity_api.scaffolding.code import InputError
from entity_api.scaffolding.stage import Stage
from entity_api.scaffolding.wiring import find_writer, join_section, read_policy, write_section

COMMAND = "import_grants"
_SECTION = re.compile(r"^\[(\w+)\]\n(?:(?!\[)[^\n]*\n?)*", re.MULTILINE)
_ROLES = re.compile(r"^roles\s*=\s*\[[^\]]*\]", re.MULTILINE)


def write_policy(stage: Stage, policy: Path, grants: Path, entities: Collection[str]) -> list[str]:
    """Write a section for each entity, by the grants if there are any, and return the notes.

    The command `import_grants` translates the grants. It needs the entities in the stage. Raises
    InputError where the grants or the policy cannot be used.
    """
    text = stage.read(policy)
    parsed = read_policy(text)
    if known := [name for name in entities if name in parsed]:
        raise InputError(f"{policy} has a section [{known[0]}] already.")
    usual = {name: write_section(name, find_writer(parsed)) for name in entities}
    notes: list[str] = []
    if not grants.exists():
        notes.append(f"{grants.name} is not there: every known caller reads, one role writes.")
    elif COMMAND not in get_commands():
        notes.append(f"{grants.name} is not read without auth_core.")
    else:
        translated, notes = _translate(stage, grants)
        usual |= {name: each for name, each in _split(translated).items() if name in usual}
        text = _add_roles(text, translated)
        if '"User"' in grants.read_text(encoding="utf-8", errors="replace"):
            notes.append(f"{grants.name}: the section [User] stays as it is here.")
    for section in usual.values():
        text = join_section(text, section)
    stage.write(policy, text)
    return notes


def _translate(stage: Stage, grants: Path) -> tuple[str, list[str]]:
    translated, errors = stage.run(COMMAND, str(grants.resolve()), "--no-color")
    return translated, [f"{grants.name}: {line}" for line in errors.splitlines() if line.strip()]


def _split(text: str) -> dict[str, str]:
    return {found[1]: found[0].strip() for found in _SECTION.finditer(text)}


def _add_roles(text: str, translated: str) -> str:
    """Return the policy with the roles of the grants added to its own."""
    roles: list[str] = []
    for source in (text, translated):
        named = read_policy(source).get("roles")
        roles += [str(role) for role in named] if isinstance(named, list) else []
    line = f"roles = {json.dumps(list(dict.fromkeys(roles)), ensure_ascii=False)}"
    changed, count = _ROLES.subn(lambda _: line, text, count=1)
    if not count or read_policy(changed).get("roles") != list(dict.fromkeys(roles)):
        raise InputError("the roles of the policy cannot be found")
    return changed
