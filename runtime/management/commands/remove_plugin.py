from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from runtime.belongings import Belongings, Connection
from runtime.command import ProjectCommand, UsageError
from runtime.removal import RefusedError, Removal, list_rows_along, plan_removal, remove


class Command(ProjectCommand):
    help = (
        "Shows the tables, content types, permissions and applied migrations of a plugin, or of an "
        "app that is not installed any more. With --yes it takes them out of the database. "
        "Example: `manage.py remove_plugin auth_jwt`."
    )
    examples = (
        "remove_plugin auth_jwt",
        "remove_plugin auth_jwt --json",
        "remove_plugin auth_jwt --yes",
    )
    # It works for half a set of plugins too.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the app, such as auth_jwt")
        parser.add_argument("--yes", action="store_true", help="take them out, for good")
        parser.add_argument("--json", action="store_true", help="for machines")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="default: %(default)s")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] not in connections:
            raise UsageError(f"There is no database {options['database']!r}.")
        connection = connections[options["database"]]
        try:
            run = self._run_as_json if options["json"] else self._run
            run(connection, options["name"], really=options["yes"])
        except RefusedError as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(
                f"The database refuses: {reason}. Nothing was changed. Stop the service if it "
                "uses the tables, then try again."
            ) from error

    def _run(self, connection: Connection, name: str, *, really: bool) -> None:
        removal = plan_removal(connection, name)
        found = removal.belongings
        if not found:
            self.stdout.write(f"The database has nothing of {found.label}.")
            return
        self._list(connection, found, "These are taken out:" if really else "These would go:")
        if really:
            remove(connection, found)
        self._conclude(removal, really=really)

    def _run_as_json(self, connection: Connection, name: str, *, really: bool) -> None:
        removal = plan_removal(connection, name)
        # Before the removal, as it counts the rows.
        facts = describe(connection, removal)
        if really and removal.belongings:
            remove(connection, removal.belongings)
        self.stdout.write(json.dumps({**facts, "removed": really}, indent=2))

    def _list(self, connection: Connection, found: Belongings, heading: str) -> None:
        self.stdout.write(heading)
        for table in found.tables:
            self.stdout.write(f"  table {table} (rows: {_count(connection, table)})")
        for table, count in list_rows_along(connection, found):
            self.stdout.write(f"  rows of {table}: {count}")
        for name, members in (
            ("content types", found.content_types),
            ("permissions", found.permissions),
            ("applied migrations", found.migrations),
        ):
            if members:
                self.stdout.write(f"  {name}: {', '.join(members)}")

    def _conclude(self, removal: Removal, *, really: bool) -> None:
        label = removal.belongings.label
        if removal.installed:
            self.stdout.write(
                f"{label} is still installed. Take it out of AUTH_PLUGINS before the service "
                "starts again, or `manage.py migrate` makes its tables again, without their rows."
            )
        self.stdout.write(
            f"Nothing of {label} is left."
            if really
            else f"Nothing was changed. `manage.py remove_plugin {label} --yes` takes them out."
        )


def describe(connection: Connection, removal: Removal) -> dict[str, Any]:
    """Return the parts of the app for machines, with the number of rows by table."""
    found = removal.belongings
    return {
        "name": found.label,
        "installed": removal.installed,
        "tables": {table: _count(connection, table) for table in found.tables},
        "rowsElsewhere": dict(list_rows_along(connection, found)),
        "contentTypes": found.content_types,
        "permissions": found.permissions,
        "migrations": found.migrations,
    }


def _count(connection: Connection, table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
        return int(cursor.fetchone()[0])
