from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError

from accounts.manager import ADMIN_ROLE
from accounts.models import User
from runtime.command import ProjectCommand
from runtime.ending import INTERRUPTED


class Command(ProjectCommand, createsuperuser.Command):
    help = (
        "Makes a superuser, who may do everything in the admin, with the role "
        f"{ADMIN_ROLE} for the API. Asks for the name and the password. With --noinput they "
        "come from --username and DJANGO_SUPERUSER_PASSWORD."
    )
    examples = ("createsuperuser", "createsuperuser --username ada --noinput")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["interactive"] and not self.stdin.isatty():
            raise CommandError(
                "There is no terminal that could be asked. Use --noinput with --username, and "
                "DJANGO_SUPERUSER_PASSWORD for the password."
            )
        try:
            super().handle(*args, **options)
        except SystemExit as end:
            # After Ctrl-C Django prints a line and ends with 1.
            if isinstance(end.__context__, KeyboardInterrupt):
                sys.exit(INTERRUPTED)
            raise
        made = User.objects.using(options["database"]).filter(is_superuser=True)
        if options["verbosity"]:
            for line in describe_rights(made.order_by("-pk")[0]):
                self.stdout.write(line)


def describe_rights(user: User) -> list[str]:
    """Return what the new superuser has on the API, and the remedy for what is missing."""
    name, roles = user.username, ", ".join(user.roles)
    lines = [f"User {name!r} has the role {roles} on the API."]
    if not roles:
        role = next(iter(settings.ROLES), "ROLE")
        reason = f"the policy has no role {ADMIN_ROLE!r}"
        remedy = f"`manage.py seed_users --username {name} --role {role}` gives one."
        lines = [f"User {name!r} has no role and may do little on the API: {reason}. {remedy}"]
    if not user.has_usable_password():
        lines.append(f"It has no password yet: `manage.py changepassword {name}` sets one.")
    return lines
