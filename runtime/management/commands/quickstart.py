from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, DatabaseError

from runtime.address import AddressError, NoPortError, find_address, hold_address
from runtime.command import ProjectCommand, UsageError
from runtime.server import serve
from runtime.turn import TurnError, end_turn, take_turn
from runtime.welcome import ADMIN, describe_service

SEED_SAMPLE = "seed_sample"
# The hosts that Django answers to in DEBUG.
LOCAL_HOSTS = (".localhost", "127.0.0.1", "[::1]")


class Command(ProjectCommand):
    help = (
        "Prepares the database, with admin/admin and sample data, and serves the project. "
        "Run again, it keeps all data."
    )
    examples = (
        "quickstart",
        "quickstart --open",
        "quickstart --host 0.0.0.0 --port 8080",
    )
    after_interrupt = "Run it again to go on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="default: 127.0.0.1; 0.0.0.0 is every interface"
        )
        # A text, so that a bad port and a taken port get the same kind of message.
        parser.add_argument(
            "--port", default=str(settings.PORT), help=f"default: PORT, now {settings.PORT}"
        )

        parser.add_argument(
            "--open", action="store_true", help="open the first page in the browser"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "quickstart makes the user admin/admin, so it runs in development only: set "
                "DEBUG=true, "
                "or start as docs/production.md says."
            )
        try:
            turn = take_turn(find_folder(), self.stderr.write)
            address = find_address(options["host"], options["port"])
            held = hold_address(address)
            self.say("Preparing the database …")
            with quiet_log():
                known_password = prepare_data()
            allow_hosts(options["host"])
        except NoPortError as error:
            raise UsageError(str(error)) from error
        except (AddressError, TurnError) as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(
                f"The database cannot be used: {reason}. DATABASE_URL says which one it is."
            ) from error
        settings.PORT = address.port  # links in mails lead there
        serve(
            address,
            describe_service(address.url, known_password=known_password),
            listening=partial(end_turn, turn),
            page=address.url if options["open"] else None,
        )
        if held:
            held.close()


def find_folder() -> Path:
    """Return the folder that stands for the database: starts with one database take turns."""
    database = settings.DATABASES[DEFAULT_DB_ALIAS]
    folder = Path(database["NAME"]).parent
    is_file = "sqlite3" in database["ENGINE"] and folder.is_dir()
    return folder if is_file else Path(settings.BASE_DIR)


@contextmanager
def quiet_log() -> Iterator[None]:
    """Keep the audit of the first user, which is in the database too, off the first screen."""
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def allow_hosts(host: str) -> None:
    """Answer to the host that was asked for, and on all interfaces to every name, unless
    ALLOWED_HOSTS says more.
    """
    if settings.ALLOWED_HOSTS:
        return
    is_every_interface = host in {"0.0.0.0", "::", "[::]"}  # noqa: S104 (compared only)
    if is_every_interface:
        settings.ALLOWED_HOSTS = ["*"]
    elif host not in {"localhost", "127.0.0.1", "::1"}:
        settings.ALLOWED_HOSTS = [*LOCAL_HOSTS, f"[{host}]" if ":" in host else host]


def prepare_data() -> bool:
    """Migrate and seed what is missing; whether admin/admin can log in."""
    call_command("migrate", verbosity=0, interactive=False, skip_checks=False)
    call_command("seed_users", verbosity=0)
    # An app may bring sample data. Its command looks for itself whether there are data already.
    if SEED_SAMPLE in get_commands():
        call_command(SEED_SAMPLE, "--if-empty", verbosity=0)
    admin = get_user_model().objects.get_by_natural_key(ADMIN)
    return admin.is_active and admin.check_password(ADMIN)
