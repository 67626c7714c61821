from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import CommandError, CommandParser

from auth_core.policy.grants import Grant, parse_grants
from auth_core.policy.loading import find_role_fault
from auth_core.policy.served import served_viewsets
from auth_core.policy.translation import Translation, list_roles
from runtime.command import ProjectCommand


class Command(ProjectCommand):
    help = "Turns the grants.json of an Amplication service into the text of permissions.toml."
    examples = (
        "import_grants server/src/grants.json",
        "import_grants server/src/grants.json --output permissions.toml",
    )
    # The present permissions.toml may be faulty. This command replaces it.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="such as server/src/grants.json")
        parser.add_argument("--output", type=Path, help="where to write it instead of the screen")
        parser.add_argument("--force", action="store_true", help="overwrite a file that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        translation = Translation(read_grants(options["file"]), served_viewsets())
        text = translation.write()
        for warning in translation.warnings:
            self.stderr.write(self.style.WARNING(warning))
        if options["output"] is None:
            self.stdout.write(text, ending="")
        else:
            write_file(options["output"], text, overwrite=options["force"])


def read_grants(path: Path) -> list[Grant]:
    """Read and check the file, or raise CommandError with the fault."""
    try:
        grants = parse_grants(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CommandError(f"{path} cannot be used: {error}.") from error
    if fault := find_role_fault(list_roles(grants)):
        raise CommandError(f"{path} cannot be used: {fault}.")
    return grants


def write_file(path: Path, text: str, *, overwrite: bool) -> None:
    """Write the text, all of it or nothing.

    Raises CommandError if the file exists or cannot be written.
    """
    if path.exists() and not overwrite:
        raise CommandError(f"{path} is there already; --force overwrites it.")
    try:
        # The file is made beside its place, and gets its name when it is whole.
        with TemporaryDirectory(prefix=".import_grants-", dir=path.parent) as folder:
            whole = Path(folder) / path.name
            whole.write_text(text, encoding="utf-8")
            whole.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
