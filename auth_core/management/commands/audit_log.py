from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandParser
from django.db.models import Q, QuerySet
from django.utils import timezone

from api_http.json import write_moment
from auth_core.account_name import key_field, name_key
from auth_core.models import AuthEvent, EventName
from runtime.command import ProjectCommand, UsageError
from runtime.tables import show_text

AGO = re.compile(r"([0-9]{1,6})([smhdw])", re.ASCII)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
SINCE = "30m, 2h, 7d, 2026-01-31 or 2026-01-31T12:00"
COLUMNS = ("event", "detail", "username", "provider", "address", "request_id", "agent")


class Command(ProjectCommand):
    help = "Prints the audited events, the oldest first."
    examples = (
        "audit_log",
        "audit_log --since 7d --user ada",
        "audit_log --since 2026-01-31 --event login --json",
    )
    after_interrupt = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", default="1d", help=f"{SINCE}, in UTC; default: 1d")
        parser.add_argument(
            "--user", help="only those of this user name, or of the account of that name"
        )
        parser.add_argument("--event", help="only those of this kind")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        render = render_json if options["json"] else render_line
        for event in find_events(options).iterator():
            self.stdout.write(render(event))


def find_events(options: dict[str, Any]) -> QuerySet[AuthEvent]:
    events = AuthEvent.objects.filter(at__gte=read_since(options["since"])).order_by("pk")
    if options["user"] is not None:
        events = events.filter(
            Q(username=options["user"]) | Q(user_id__in=find_account(options["user"]))
        )
    return events.filter(event=read_event(options["event"])) if options["event"] else events


def read_event(name: str) -> str:
    """Return the name of an event, if it is ours, or a plugin has recorded it."""
    if name not in EventName.values and not AuthEvent.objects.filter(event=name).exists():
        known = ", ".join(EventName.values)
        raise UsageError(f"There is no event {name!r}. Those of the service: {known}.")
    return name


def find_account(username: str) -> list[Any]:
    """Return the key of the account of that name, in any spelling: events hold the name as it was
    tried.
    """
    accounts = get_user_model()._default_manager.filter(**{key_field(): name_key(username)})
    return list(accounts.values_list("pk", flat=True))


def read_since(text: str) -> datetime:
    """Return the moment that a span of time ago, a date or a time stands for; without a zone they
    are UTC.
    """
    try:
        if match := AGO.fullmatch(text):
            return timezone.now() - timedelta(**{UNITS[match[2]]: int(match[1])})
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise UsageError(f"--since is {text!r}; it may be {SINCE}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def render_line(event: AuthEvent) -> str:
    known = ((name, getattr(event, name)) for name in COLUMNS)
    return " ".join(
        [
            f"{event.at:%Y-%m-%dT%H:%M:%SZ}",
            *(f"{name}={quote(value)}" for name, value in known if value),
        ]
    )


def quote(value: str) -> str:
    """Return the value as it is, or in quotation marks if it could be read as several values.

    Clients choose some of the values, which could hold commands for the terminal.
    """
    if re.fullmatch(r"[^\s\"=]+", value):
        return show_text(value)
    return show_text(json.dumps(value, ensure_ascii=False))


def render_json(event: AuthEvent) -> str:
    names = {"id": str(event.pk), "at": write_moment(event.at)}
    people = {
        name: str(key) if key else None
        for name, key in (("user", event.user_id), ("actor", event.actor_id))
    }
    return json.dumps(names | {name: getattr(event, name) for name in COLUMNS} | people)
