"""Grants of an Amplication service, translated into permissions.toml.

Where the two differ, the narrower holds.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from auth_core.policy.grants import Grant
from auth_core.policy.ownership import owner_lookup
from auth_core.policy.policy import ACTIONS, ALWAYS_SEEN, FIELD_ACTIONS
from auth_core.policy.rule import OWN
from auth_core.policy.served import fields_of

HEAD = """# Translated from the grants.json of an Amplication service.
# Read it, then run `manage.py check`.
# What is not named is closed.
"""


def list_roles(grants: Iterable[Grant]) -> list[str]:
    """Return the roles in the order of their first grant."""
    return list(dict.fromkeys(grant.role for grant in grants))


class Translation:
    """Translates grants for the entities that are served; `warnings` lists the grants that could
    not be translated exactly.
    """

    def __init__(self, grants: Collection[Grant], viewsets: Mapping[str, Any]) -> None:
        self.warnings: list[str] = []
        self._grants = grants
        self._viewsets = viewsets
        self._roles = list_roles(grants)

    def write(self) -> str:
        """Return the text of permissions.toml."""
        for resource in sorted({grant.resource for grant in self._grants} - self._viewsets.keys()):
            self.warnings.append(f"There is no entity {resource!r} here; its grants are left out.")
        sections = [self._write_section(entity) for entity in self._viewsets]
        return "\n".join([HEAD, f"roles = {_write_list(self._roles)}\n", *sections])

    def _write_section(self, entity: str) -> str:
        lines = [line for action in ACTIONS for line in self._write_action(entity, action)]
        return "\n".join([f"[{entity}]", *(lines or ["# Closed: there was no grant."]), ""])

    def _write_action(self, entity: str, action: str) -> Iterator[str]:
        grants = [
            grant for grant in self._grants if grant.resource == entity and action in grant.actions
        ]
        grants = [grant for grant in grants if not grant.empty]
        own = self._find_own(entity, action, grants)
        anywhere = {grant.role for grant in grants if not grant.own}
        if not anywhere and not own:
            return
        yield f"{action} = {_write_list([*self._in_order(anywhere), *([OWN] if own else [])])}"
        if action in FIELD_ACTIONS:
            yield from self._write_fields(
                entity, action, [grant for grant in grants if grant.role in anywhere | own]
            )

    def _find_own(self, entity: str, action: str, grants: list[Grant]) -> set[str]:
        """Find the roles that reach their own rows and no others."""
        roles = {grant.role for grant in grants if grant.own} - {
            grant.role for grant in grants if not grant.own
        }
        if not roles:
            return set()
        try:
            owner_lookup(self._viewsets[entity].serializer_class.Meta.model)
        except LookupError as error:
            self.warnings.append(f"{entity}.{action} is left out for {_name(roles)}: {error}.")
            return set()
        granted = {grant.role for grant in grants}
        if others := [role for role in self._roles if role not in granted]:
            self.warnings.append(
                f'{entity}.{action}: "own" counts for every known caller, '
                f"so for {_name(others)} too."
            )
        return roles

    def _write_fields(self, entity: str, action: str, grants: list[Grant]) -> Iterator[str]:
        fields = fields_of(self._viewsets[entity])
        seen = ALWAYS_SEEN if action in ("view", "search") else frozenset[str]()
        open_to = [
            name for name in fields if name not in seen and (seen or not fields[name].read_only)
        ]
        for name in sorted({name for grant in grants for name in grant.unknown_of(fields)}):
            self.warnings.append(f"{entity}.{action}: there is no field {name!r} here.")
        withheld = {grant.role: set[str]() for grant in grants}
        for grant in grants:
            withheld[grant.role] |= grant.withheld_of(open_to)
        for name in open_to:
            if any(name in names for names in withheld.values()):
                allowed = [role for role in self._in_order(withheld) if name not in withheld[role]]
                yield f"fields.{action}.{name} = {_write_list(allowed)}"

    def _in_order(self, roles: Collection[str]) -> list[str]:
        return [role for role in self._roles if role in roles]


def _write_list(names: list[str]) -> str:
    # A JSON text of printable characters is a TOML text as well.
    return json.dumps(names, ensure_ascii=False)


def _name(roles: Iterable[str]) -> str:
    return ", ".join(sorted(roles))
