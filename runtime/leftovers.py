"""A system check that compares the database with the installed apps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.core import checks
from django.db import DatabaseError, connections

from runtime.belongings import Belongings, Inventory


def check_leftovers(
    databases: Sequence[str] | None = None, **_: object
) -> list[checks.CheckMessage]:
    """Warn of the parts that apps have left in the database which are not installed any more.

    Django runs it for `migrate` and for `check --database default`. A database that is away is no
    fault here.
    """
    try:
        return [found for alias in databases or () for found in _inspect(alias)]
    except DatabaseError:
        return []


def _inspect(alias: str) -> Iterator[checks.CheckMessage]:
    inventory = Inventory(connections[alias])
    for label in inventory.list_absent():
        found = inventory.find(label)
        hint = (
            f"Install it again to use them (AUTH_PLUGINS names plugins), or see what `manage.py "
            f"remove_plugin {label}` would take."
        )
        if targets := sorted(inventory.list_targets(found.tables)):
            hint += f" Until then some rows of {', '.join(targets)} cannot be deleted."
        yield checks.Warning(
            f"The app {label!r} is not installed, and the database {alias!r} still has "
            f"{count_parts(found)} of it.",
            hint=hint,
            id="runtime.W001",
        )


def count_parts(found: Belongings) -> str:
    """Return the numbers of the parts in words: "1 table, 4 permissions"."""
    parts: dict[str, Iterable[str]] = {
        "table": found.tables,
        "content type": found.content_types,
        "permission": found.permissions,
        "applied migration": found.migrations,
    }
    counts = {name: len(tuple(names)) for name, names in parts.items()}
    return ", ".join(
        f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items() if count
    )
