from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from api_http.exceptions import Unavailable
from auth_core.address import parse_address
from auth_core.lockout.unlocking import unlock_account, unlock_address, unlock_all
from runtime.command import ProjectCommand, UsageError


class Command(ProjectCommand):
    help = "Ends the lock that failed logins have brought about. The event is audited."
    examples = (
        "unlock ada",
        "unlock --address 192.0.2.7",
        "unlock --all",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("name", nargs="?", help="the user name of an account")
        what.add_argument("--address", help="an IP address; of IPv6 its network (/64)")
        what.add_argument("--all", action="store_true", help="all accounts and addresses")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(_unlock(options["name"], options["address"], every=options["all"]))
        except Unavailable:
            raise CommandError("The counters of failed logins cannot be reached.") from None


def _unlock(name: str | None, address: str | None, *, every: bool) -> str:
    if every:
        return f"Unlocked. Counters that had failed logins: {unlock_all()}."
    if address is None:
        return _describe(str(name), had_failures=unlock_account(str(name)))
    parsed = parse_address(address)
    if parsed is None:
        raise UsageError(f"--address is {address!r}; it may be an IP address.")
    return _describe(address, had_failures=unlock_address(parsed))


def _describe(what: str, *, had_failures: bool) -> str:
    return f"Unlocked {what}." if had_failures else f"{what} has no failed logins."
