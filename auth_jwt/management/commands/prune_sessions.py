"""Delete the sessions that are over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from auth_jwt.models import Session

# Rows. Short transactions let logins pass in between.
BATCH = 1000


class Command(BaseCommand):
    help = "Deletes sessions that have expired or were ended, in batches of 1,000. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        dead = Session.objects.dead(timezone.now()).order_by()
        deleted = 0
        while ids := list(dead.values_list("pk", flat=True)[:BATCH]):
            deleted += Session.objects.filter(pk__in=ids).delete()[0]
        self.stdout.write(f"Deleted {deleted} sessions.")
