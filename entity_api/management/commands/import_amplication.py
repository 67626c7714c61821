from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from entity_api.scaffolding.amplication.importing import stage_service
from entity_api.scaffolding.apps import name_app
from entity_api.scaffolding.code import InputError
from entity_api.scaffolding.stage import make_stage
from runtime.command import ProjectCommand, UsageError


class Command(ProjectCommand):
    help = (
        "Reads prisma/schema.prisma and src/grants.json of an Amplication service, and writes an "
        "app that serves its entities, with migration and permissions. Notes name each line that "
        "is not taken over as it is."
    )
    examples = (
        "import_amplication server --dry-run",
        "import_amplication server --app shop",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder of the service, such as server")
        parser.add_argument("--app", default="domain", help="default: domain")
        parser.add_argument(
            "--dry-run", action="store_true", help="print the changes, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            app = name_app(options["app"])
        except InputError as error:
            raise UsageError(str(error)) from None
        try:
            self.say("Trying the change in a copy of the project …")
            with make_stage(Path(settings.BASE_DIR)) as stage:
                notes = stage_service(stage, options["folder"], app)
                if options["dry_run"]:
                    self.stdout.write(stage.compare(), ending="")
                else:
                    stage.install()
        except InputError as error:
            raise CommandError(str(error)) from None
        for note in notes:
            self.stderr.write(self.style.WARNING(note))
        if not options["dry_run"]:
            for path in stage.files:
                self.stdout.write(f"wrote {path}")
            self.stdout.write("Next: uv run manage.py migrate")
