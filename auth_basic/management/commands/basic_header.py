"""Print the header that a client of HTTP Basic sends."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import CommandError, CommandParser

from auth_basic.credentials import encode_credentials
from runtime.command import ProjectCommand, UsageError


class Command(ProjectCommand):
    help = (
        "Prints the Authorization header of HTTP Basic for a user. Asks for the password, or "
        "reads it from standard "
        "input when that is piped. It only formats: neither the user nor the password is looked up."
    )
    examples = ("basic_header ada",)
    after_interrupt = ""
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the user name, without a colon")

    def handle(self, *args: Any, **options: Any) -> None:
        user = options["user"]
        try:
            encode_credentials(user, "")
        except ValueError as error:
            raise UsageError(str(error)) from None
        try:
            credentials = encode_credentials(user, _read_password())
        except UnicodeError:
            raise CommandError("The user name and the password must be UTF-8.") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Authorization: Basic {credentials}")


def _read_password() -> str:
    if sys.stdin.isatty():
        return getpass()
    line = sys.stdin.readline()
    if not line:
        raise CommandError("No password came on standard input: pipe one line into it.")
    return line.rstrip("\r\n")
