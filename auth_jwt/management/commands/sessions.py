"""List the live sessions, or end them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from api_http.json import write_moment
from auth_core.account_name import key_field, name_key
from auth_core.devices import name_device
from auth_jwt.models import Session, SessionQuerySet
from auth_jwt.revocation import revoke
from runtime.command import ProjectCommand

COLUMNS = ("user", "lastUsedAt", "createdAt", "address", "device", "id")
REASON = "by an operator"


class Command(ProjectCommand):
    help = "Lists the live sessions, the latest login first. With --end it ends them."
    examples = (
        "sessions",
        "sessions --json",
        "sessions --user ada",
        "sessions --user ada --end",
    )
    after_interrupt = "Each session is either ended or live: run it again for the rest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="NAME", help="only the sessions of this user")
        parser.add_argument("--end", action="store_true", help="end these sessions; it is audited")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        sessions = Session.objects.live(timezone.now()).order_by("-id")
        if options["user"] is not None:
            sessions = sessions.filter(user=find_user(options["user"]))
        if options["end"]:
            self.stdout.write(f"Ended {end_all(sessions)} sessions.")
            return
        if not (options["json"] or sessions.exists()):
            self.stdout.write("There is no live session.")
            return
        rows = map(describe, sessions.select_related("user").iterator())
        self.write_rows(COLUMNS, rows, as_json=options["json"])


def find_user(name: str) -> Any:
    """Return the user of this name, in any spelling. Raises CommandError without such a user."""
    users = get_user_model()._default_manager.filter(**{key_field(): name_key(name)})
    if (user := users.first()) is not None:
        return user
    raise CommandError(f"There is no user {name!a}.")


def end_all(sessions: SessionQuerySet) -> int:
    """End the sessions, user by user, as each user's audit has an event; return their number."""
    users = get_user_model()._default_manager.filter(pk__in=sessions.order_by().values("user"))
    now = timezone.now()
    return sum(
        revoke(sessions.filter(user=user), user, now, reason=REASON) for user in users.iterator()
    )


def describe(session: Session) -> tuple[str, ...]:
    return (
        session.user.get_username(),
        write_moment(session.last_used_at),
        write_moment(session.created_at),
        session.address or "-",
        name_device(session.agent) or "-",
        str(session.pk),
    )
