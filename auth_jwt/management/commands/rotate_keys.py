"""Rotate the signing keys: to be run as often as a new key is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from auth_core import Unavailable
from auth_core.audit import record
from auth_core.models import EventName
from auth_jwt.keys import GENERATORS
from auth_jwt.kinds import NAME
from auth_jwt.rotation import Rotation
from runtime.command import ProjectCommand

ELSEWHERE = (
    "JWT_KEYS_DIR names no directory of keys. Set it, and this command makes the first key there. "
    "Keys of "
    "JWT_PRIVATE_KEYS are rotated by hand: the first signs, all verify, so add the new one at the "
    "end, put it first an "
    "hour later, and take the old one out when its tokens have expired."
)


class Command(ProjectCommand):
    help = (
        "Rotates the keys in JWT_KEYS_DIR. Each run takes the steps that are due, and prints "
        "them: the standby key becomes the active key, which signs; the previous active key is "
        "retired; a new standby key is created; keys that were retired for longer than any token "
        "lives are removed. A run too early, or a second run, does no harm. Run it regularly, "
        "such as every month."
    )
    examples = (
        "rotate_keys",
        "rotate_keys --dry-run",
        "rotate_keys --algorithm ES256",
    )
    after_interrupt = "Steps that were printed are taken: run it again for the rest."
    # The check of the keys would refuse the start for the want of the key that this command makes.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--algorithm", choices=GENERATORS, default="EdDSA", help="of new keys (default: EdDSA)"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="print the steps that are due, and take none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.JWT_KEYS_DIR:
            raise CommandError(ELSEWHERE)
        directory = Path(settings.JWT_KEYS_DIR)
        kept = max(settings.JWT_EXPIRATION, settings.JWT_REFRESH_EXPIRATION)
        rotation = Rotation(directory, options["algorithm"], timezone.now(), kept)
        try:
            if options["dry_run"]:
                self._preview(rotation.preview())
                return
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._take(rotation.run())
        except OSError as error:
            raise CommandError(
                f"{error.filename} cannot be changed: {error.strerror}. Run this again."
            ) from None

    def _preview(self, steps: list[str]) -> None:
        for step in steps or ["nothing is due yet"]:
            self.stdout.write(step)
        self.stderr.write("Nothing was changed.")

    def _take(self, steps: Iterable[str]) -> None:
        idle = True
        for step in steps:
            self.stdout.write(step)
            self._record(step)
            idle = False
        if idle:
            self.stdout.write("nothing is due yet")

    def _record(self, step: str) -> None:
        """Record the step if there is a database: the first `migrate` wants keys, and the audit
        wants `migrate`.
        """
        try:
            record(EventName.KEY_ROTATION, provider=NAME, detail=step)
        except Unavailable:
            self.stderr.write(
                "This step is not in the audit: the database cannot be used, or is not migrated "
                "yet."
            )
