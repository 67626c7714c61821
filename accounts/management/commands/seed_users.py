from __future__ import annotations

import secrets
import sys
from getpass import getpass
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from accounts.manager import ADMIN_ROLE
from accounts.models import User
from accounts.provisioning import ensure_user
from accounts.usernames import fold_username
from runtime.command import ProjectCommand, UsageError

FROM_PIPE = "-"


class Command(ProjectCommand):
    help = (
        "Makes a user that can log in: by default admin/admin with the role admin. "
        "Safe to run again."
    )
    examples = (
        "seed_users",
        "seed_users --username joan --role user --email joan@example.org",
        "seed_users --per-role",
        "seed_users --username joan --password - < password.txt",
    )
    after_interrupt = "The users that were printed are kept."
    # It has a remedy of its own.
    may_be_empty = ("password",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", help="default: the name of the role")
        parser.add_argument(
            "--password",
            help=f"{FROM_PIPE!r} reads it from a pipe, or asks for it; default: the username in "
            "DEBUG, or a random one",
        )
        parser.add_argument("--email", help="the e-mail address; default: none")
        parser.add_argument(
            "--role", help=f"one of {', '.join(settings.ROLES)}; default: {ADMIN_ROLE}"
        )
        parser.add_argument(
            "--per-role", action="store_true", help="one user for each role, named like the role"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        given = read_password() if options["password"] == FROM_PIPE else options["password"]
        email = options["email"]
        users = [
            (name, choose_password(name, given, email), role)
            for name, role in choose_users(options)
        ]
        for name, password, role in users:
            _, made = ensure_user(name, password, role, email)
            chosen = made and given is None and not settings.DEBUG
            # A random password is shown now or never.
            if options["verbosity"] or chosen:
                outcome = "made" if made else "was there already and keeps its password"
                outcome += f", with the password {password}" if chosen else ""
                self.stdout.write(f"User {name!r} with the role {role!r}: {outcome}.")


def choose_users(options: dict[str, Any]) -> list[tuple[str, str]]:
    """(username, role) for each user that is asked for."""
    if options["per_role"]:
        if given := [name for name in ("username", "email", "role") if options[name] is not None]:
            raise UsageError(
                f"--per-role names the users itself: leave out --{' and --'.join(given)}."
            )
        return [(role, role) for role in settings.ROLES]
    role = options["role"] if options["role"] is not None else ADMIN_ROLE
    if role not in settings.ROLES:
        raise UsageError(
            f"There is no role {role!r}. Choose one of: {', '.join(settings.ROLES)} "
            "(settings.ROLES)."
        )
    username = options["username"] if options["username"] is not None else role
    return [(User.normalize_username(username), role)]


def choose_password(username: str, given: str | None, email: str | None) -> str | None:
    """Return the password for a new user; `None` for an existing user, who keeps the old password.

    The user is held to the rules of the API. Only in DEBUG, where admin/admin is the custom, a weak
    password passes.
    """
    if User.objects.filter(username_key=fold_username(username)).exists():
        return None
    password = make_default(username) if given is None else given
    if not password:
        raise CommandError(
            f"The new user {username!r} needs a password: choose one with --password."
        )
    try:
        user = User(username=username, email=email)
        user.clean_fields(exclude={"password"})
        if not settings.DEBUG:
            validate_password(password, user)
    except ValidationError as error:
        raise CommandError(
            f"The user {username!r} cannot be made: {' '.join(error.messages)}"
        ) from error
    return password


def make_default(username: str) -> str:
    """Return the name itself in development; elsewhere 144 random bits."""
    return username if settings.DEBUG else secrets.token_urlsafe(18)


def read_password() -> str:
    """Read from the terminal without an echo, or from a pipe without its last newline."""
    if sys.stdin.isatty():
        return getpass("Password: ")
    return sys.stdin.read().removesuffix("\n").removesuffix("\r")
