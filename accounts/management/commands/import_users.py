from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from tqdm import tqdm

from accounts.user_import import FaultyLineError, add_account, read_accounts


class Command(BaseCommand):
    help = (
        "Adds the accounts of another system, with their password hashes. FILE is CSV with a "
        "header line or, if its "
        "name ends in .jsonl, one JSON object a line: username, email, password_hash, roles (with "
        "; between), "
        "is_active, first_name, last_name. All lines are imported, or none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--dry-run", action="store_true", help="check the file and store nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.suffix.lower() not in {".csv", ".jsonl"}:
            raise CommandError(f"{path}: the name must end in .csv or .jsonl.")
        silent = None if options["verbosity"] else True
        try:
            with transaction.atomic(), tqdm(unit=" users", file=sys.stderr, disable=silent) as bar:
                added = 0
                for account in read_accounts(path):
                    add_account(account)
                    bar.update()
                    added += 1
                transaction.set_rollback(options["dry_run"])
        except FaultyLineError as error:
            raise CommandError(f"{error} Nothing was imported.") from None
        except (OSError, UnicodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from None
        if options["verbosity"]:
            outcome = "can be imported" if options["dry_run"] else "imported"
            self.stdout.write(f"{added} users {outcome}.")
