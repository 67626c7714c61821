from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import CommandError, CommandParser
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from accounts.older_database import OLD_TABLE, is_older
from runtime.command import ProjectCommand

# The migrations of the app `entities` before it left the users to `accounts`. A project may have
# added its own, which stay.
OLD_MIGRATIONS = (
    "0001_initial",
    "0002_created_at_with_id",
    "0003_milliseconds",
    "0004_username_key",
)
OLD_APP, NEW_APP = "entities", "accounts"


class Command(ProjectCommand):
    help = (
        "Takes over a database of an older version: renames the tables of users, and keeps all "
        "data."
    )
    examples = (
        "adopt_database",
        "adopt_database --dry-run",
    )
    # The check that asks for this command must not stop it.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="try it, and undo it in the same transaction"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_older(connection):
            raise CommandError(f"There is nothing to do: the database has no table {OLD_TABLE}.")
        applied = MigrationRecorder(connection).applied_migrations()
        if missing := [name for name in OLD_MIGRATIONS if (OLD_APP, name) not in applied]:
            raise CommandError(
                f"The database lacks the migration {OLD_APP}.{missing[0]}. Run `manage.py migrate` "
                "with the last version that has it, then try again. docs/database.md has the "
                "commands."
            )
        with transaction.atomic():
            self._rename_tables()
            self._rename_index()
            ContentType.objects.filter(app_label=OLD_APP, model="user").update(app_label=NEW_APP)
            self._rewrite_migrations()
            transaction.set_rollback(options["dry_run"])
        self.stdout.write(
            "The database can be taken over. Nothing was changed."
            if options["dry_run"]
            else "The database is taken over. Run `manage.py migrate` now."
        )

    def _rename_tables(self) -> None:
        quote = connection.ops.quote_name
        with connection.cursor() as cursor:
            for new in _list_tables():
                old = new.replace(NEW_APP, OLD_APP, 1)
                cursor.execute(f"ALTER TABLE {quote(old)} RENAME TO {quote(new)}")

    def _rename_index(self) -> None:
        """Give the index of users its new name, by which later migrations find it."""
        user: Any = apps.get_model(NEW_APP, "User")
        (index,) = user._meta.indexes
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, user._meta.db_table)
        columns = [user._meta.get_field(name).column for name in index.fields]
        old = next(
            name for name, facts in found.items() if facts["index"] and facts["columns"] == columns
        )
        quote = connection.ops.quote_name
        keys = ", ".join(map(quote, columns))
        table = quote(user._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX {quote(old)}")
            cursor.execute(f"CREATE INDEX {quote(index.name)} ON {table} ({keys})")

    def _rewrite_migrations(self) -> None:
        recorder = MigrationRecorder(connection)
        recorder.migration_qs.filter(app=OLD_APP, name__in=OLD_MIGRATIONS).delete()
        for app in (NEW_APP, OLD_APP):
            recorder.record_applied(app, "0001_initial")


def _list_tables() -> list[str]:
    user: Any = apps.get_model(NEW_APP, "User")
    links = [field.remote_field.through for field in user._meta.local_many_to_many]
    return [model._meta.db_table for model in (user, *links)]
