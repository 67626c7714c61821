from __future__ import annotations

from smtplib import SMTPException
from typing import Any

from django.core.exceptions import ValidationError as InvalidAddress
from django.core.management.base import CommandError, CommandParser
from rest_framework.exceptions import ValidationError

from auth_accounts.invitations import invite_now
from auth_core.mail.addresses import read_address
from runtime.command import ProjectCommand, UsageError


class Command(ProjectCommand):
    help = "Mails an invitation to make an account. It is good for a week."
    examples = (
        "invite ada@example.org",
        "invite ada@example.org --role user",
    )
    after_interrupt = "An invitation whose mail was not sent does no harm: run it again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that gets the invitation")
        parser.add_argument("--role", help="the role of the account; SIGN_UP_ROLE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            address = read_address(options["email"])
            made = invite_now(address, options["role"] or "")
        except InvalidAddress:
            raise UsageError(f"EMAIL is {options['email']!a}; it may be an address.") from None
        except ValidationError as refusal:
            detail: Any = refusal.detail
            raise UsageError(f"--role: {detail['role'][0]}") from None
        except (OSError, SMTPException) as error:
            raise CommandError(f"The mail was not sent: {type(error).__name__}.") from None
        self.stdout.write(f"Invited {made['email']} as {made['role']}.")
