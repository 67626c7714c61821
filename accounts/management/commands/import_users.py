from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from accounts.user_import import FaultyLineError, add_account, read_accounts
from runtime.command import ProjectCommand, UsageError


class Command(ProjectCommand):
    help = (
        "Adds the accounts of another system, with their password hashes. FILE is CSV with a "
        "header line or, if its "
        "name ends in .jsonl, one JSON object a line: username, email, password_hash, roles (with "
        "; between), "
        "is_active, first_name, last_name. All lines are imported, or none."
    )
    examples = (
        "import_users users.csv --dry-run",
        "import_users users.jsonl",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--dry-run", action="store_true", help="check the file and store nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.suffix.lower() not in {".csv", ".jsonl"}:
            raise UsageError(f"{path}: the name must end in .csv or .jsonl.")
        try:
            with transaction.atomic(), self.show_progress(options, "users") as bar:
                added = 0
                for account in read_accounts(path):
                    add_account(account)
                    bar.update()
                    added += 1
                transaction.set_rollback(options["dry_run"])
        except FaultyLineError as error:
            raise CommandError(f"{error} Nothing was imported.") from None
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        except UnicodeError:
            raise CommandError(f"{path} cannot be read: it is not UTF-8.") from None
        if not added:
            raise CommandError(f"{path} has no users. Nothing was imported.")
        if options["verbosity"]:
            outcome = "can be imported" if options["dry_run"] else "imported"
            self.stdout.write(f"{added} users {outcome}.")
