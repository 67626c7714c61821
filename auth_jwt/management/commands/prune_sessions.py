"""Delete the sessions that are over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from auth_jwt.models import Session
from runtime.command import ProjectCommand

# Rows. Short transactions let logins pass in between.
BATCH = 1000


class Command(ProjectCommand):
    help = "Deletes sessions that have expired or were ended, in batches of 1,000. Run it daily."
    examples = (
        "prune_sessions",
        "prune_sessions --dry-run",
    )
    after_interrupt = "What was deleted stays deleted: run it again for the rest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count them, and delete none")

    def handle(self, *args: Any, **options: Any) -> None:
        dead = Session.objects.dead(timezone.now()).order_by()
        found = dead.count()
        if options["dry_run"]:
            self.stdout.write(f"{found} sessions would be deleted.")
            return
        deleted = 0
        with self.show_progress(options, "sessions", found) as bar:
            while ids := list(dead.values_list("pk", flat=True)[:BATCH]):
                deleted += Session.objects.filter(pk__in=ids).delete()[0]
                bar.update(len(ids))
        self.stdout.write(f"Deleted {deleted} sessions.")
