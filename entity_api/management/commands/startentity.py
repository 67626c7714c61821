from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from entity_api.scaffolding.code import InputError
from entity_api.scaffolding.stage import make_stage
from entity_api.scaffolding.start import find_app, list_next_steps, read_entity, stage_entity
from runtime.command import ProjectCommand, UsageError


class Command(ProjectCommand):
    help = (
        "Writes an entity: its model with the migration, its route, its section of the "
        "permissions, and a test."
    )
    examples = (
        "startentity Invoice number:str!^ total:decimal 'status:draft|paid' customer:Customer!",
        "startentity Tag name:str! --dry-run",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="such as Invoice")
        parser.add_argument(
            "fields",
            nargs="*",
            metavar="field",
            help="name:kind, with ! for required and ^ for unique. A kind is str, text, email, "
            "int, bigint, float, decimal, bool, date, datetime, time, duration, uuid, url, slug, "
            "ip, json, file, image; draft|paid for options; list:a|b for a list of options; "
            "Customer for a link to one; Tag[] for a link to many",
        )
        parser.add_argument("--app", default="entities", help="default: entities")
        parser.add_argument("--plural", help="the plural on the wire, where ours is wrong")
        parser.add_argument(
            "--dry-run", action="store_true", help="print the changes, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            app = find_app(options["app"])
            entity = read_entity(app, options["name"], options["plural"], options["fields"])
        except InputError as error:
            raise UsageError(str(error)) from None
        try:
            self.say("Trying the change in a copy of the project …")
            with make_stage(Path(settings.BASE_DIR)) as stage:
                stage_entity(stage, app, entity)
                if options["dry_run"]:
                    self.stdout.write(stage.compare(), ending="")
                    return
                stage.install()
        except InputError as error:
            raise CommandError(str(error)) from None
        for path in stage.files:
            self.stdout.write(f"wrote {path}")
        for step in list_next_steps(app, entity):
            self.stdout.write(step)
