from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from auth_core.scaffolding.names import InputError, read_name
from auth_core.scaffolding.provider import KINDS, install_files, list_next_steps, write_files
from runtime.command import ProjectCommand, UsageError


class Command(ProjectCommand):
    help = (
        "Writes an authentication plugin: an app with a provider, and with tests that pass "
        "untouched. Then put your own credentials in the place of those that it begins with."
    )
    examples = (
        "startprovider my_keys --kind header",
        "startprovider my_pin --kind second-step --dry-run",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the name of the app, such as my_keys")
        parser.add_argument(
            "--kind",
            choices=KINDS,
            required=True,
            help="header: keys in a header of its own; bearer: tokens beside those of auth_jwt; "
            "login: tokens that a login issues and a logout ends; second-step: an input besides "
            "the password",
        )

        parser.add_argument(
            "--dry-run", action="store_true", help="print the files' texts, and write none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        project, kind = Path(getattr(settings, "BASE_DIR", Path.cwd())), options["kind"]
        try:
            names = read_name(options["name"], project)
        except InputError as error:
            raise UsageError(str(error)) from None
        try:
            files = write_files(names, kind, project, settings.SETTINGS_MODULE)
            if options["dry_run"]:
                for path, text in files.items():
                    self.stdout.write(f"# {names.name}/{path}\n{text}")
                return
            install_files(names, files, project)
        except InputError as error:
            raise CommandError(str(error)) from None
        for path in files:
            self.stdout.write(f"wrote {names.name}/{path}")
        for step in list_next_steps(names, kind, getattr(settings, "AUTH_PLUGINS", None)):
            self.stdout.write(step)
