"""The locks that hold now, found by the audit: counters have no names, but digests of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from auth_core.address import group_address, parse_address
from auth_core.lockout.guard import counters, name_account
from auth_core.models import AuthEvent, EventName

# Events and locks. An attacker can bring about any number of them.
MOST_READ = 500
MOST_SHOWN = 20


@dataclass(frozen=True)
class Lock:
    """A lock of an account by its name, or of an address, and its seconds."""

    username: str
    address: str
    seconds: float


def list_locks() -> list[Lock]:
    """Return the newest locks that hold, at most 20. Raises Unavailable."""
    since = timezone.now() - settings.LOCKOUT_LONGEST
    # By time and not by id: the index on the time ends the search.
    events = AuthEvent.objects.filter(event=EventName.LOCK, at__gte=since).order_by("-at")
    found = dict(_name_counters(events[:MOST_READ]))
    waits = counters().list_waits(list(found))
    locks = [Lock(*found[key], seconds) for key, seconds in waits.items() if seconds > 0]
    return sorted(locks, key=lambda lock: -lock.seconds)[:MOST_SHOWN]


def _name_counters(events: object) -> Iterator[tuple[str, tuple[str, str]]]:
    for event in events:  # type: ignore[attr-defined]
        if event.username:
            yield name_account(event.username), (event.username, "")
        address = parse_address(event.address or "")
        if address:
            group = str(group_address(address))
            yield f"address:{group}", ("", group)
