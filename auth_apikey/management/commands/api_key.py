from __future__ import annotations

import re
from argparse import ArgumentParser
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.db.models import Q
from django.utils import timezone
from rest_framework.exceptions import APIException, ValidationError

from api_http.json import write_moment
from auth_apikey.issuing import create_key, revoke_key
from auth_apikey.listing import show_key
from auth_apikey.models import ApiKey
from auth_apikey.scopes import Scopes
from auth_apikey.serializers import ApiKeyCreateSerializer, ApiKeySerializer
from runtime.command import ProjectCommand, UsageError

SPAN = re.compile(r"([0-9]{1,5})([hdw])", re.ASCII)
UNITS = {"h": "hours", "d": "days", "w": "weeks"}
END = "12h, 30d, 52w, 2027-01-31 or 2027-01-31T12:00"


class Command(ProjectCommand):
    help = "Makes, lists and revokes API keys. A new key alone is printed on standard output."
    examples = (
        "api_key create ada reports --action view --expires 30d",
        "api_key list",
        "api_key list ada --json",
        "api_key revoke sk_abcdefgh",
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        todo = parser.add_subparsers(dest="todo", required=True)
        create = todo.add_parser("create", help="make a key and print it, this once")
        create.add_argument("user", help="the user name")
        create.add_argument("name", help="the name of the key, another for each key of the user")
        for scope in ("action", "entity", "role"):
            create.add_argument(
                f"--{scope}", action="append", help="may be repeated; without it all that are open"
            )
        create.add_argument("--expires", help=f"{END}, in UTC; default: never")
        shown = todo.add_parser("list", help="list the keys that are not revoked")
        shown.add_argument("user", nargs="?", help="the user name; default: all users")
        shown.add_argument("--json", action="store_true", help="one JSON object a line")
        revoke = todo.add_parser("revoke", help="end a key")
        revoke.add_argument("key", help="its id, or its beginning as the list shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['todo']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        user = _find_user(options["user"])
        scopes = {"actions": "action", "entities": "entity", "roles": "role"}
        given = {name: options[option] for name, option in scopes.items()}
        body = ApiKeyCreateSerializer(data={"name": options["name"], **given})
        try:
            body.is_valid(raise_exception=True)
            found = body.read_arguments()
            scopes_found: Scopes = found["scopes"]
            key, text = create_key(user, found["name"], scopes_found, _read_end(options["expires"]))
        except ValidationError as refusal:
            raise UsageError(_join_faults(refusal.detail)) from None
        except APIException as refusal:
            raise CommandError(str(refusal.detail)) from None
        self.stderr.write(f"Made {key} of {user.get_username()}. The key is not shown again.")
        self.stdout.write(text)

    def _list(self, options: dict[str, Any]) -> None:
        keys = ApiKey.objects.kept().select_related("user")
        if options["user"] is not None:
            keys = keys.filter(user=_find_user(options["user"]))
        if not (options["json"] or keys.exists()):
            self.stdout.write("There is no key.")
            return
        columns = ("user", *ApiKeySerializer().fields)
        rows = ([key.user.get_username(), *map(_write, show_key(key).values())] for key in keys)
        self.write_rows(columns, rows, as_json=options["json"])

    def _revoke(self, options: dict[str, Any]) -> None:
        text = options["key"]
        condition = Q(prefix=text.removeprefix("sk_"))
        with suppress(ValueError):
            condition |= Q(pk=UUID(text))
        key = ApiKey.objects.kept().select_related("user").filter(condition).first()
        if key is None or not revoke_key(key):
            raise CommandError("There is no such key: `api_key list` shows the keys.")
        self.stdout.write(f"Revoked {key} of {key.user.get_username()}.")


def _find_user(name: str) -> Any:
    users = get_user_model()
    try:
        return users._default_manager.get_by_natural_key(name)
    except users.DoesNotExist:
        raise CommandError(f"There is no user {name!r}.") from None


def _read_end(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if match := SPAN.fullmatch(text):
            return timezone.now() + timedelta(**{UNITS[match[2]]: int(match[1])})
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise UsageError(f"--expires is {text!r}; it may be {END}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _write(value: Any) -> Any:
    return write_moment(value) if isinstance(value, datetime) else value


def _join_faults(detail: Any) -> str:
    return " ".join(f"{name}: {' '.join(map(str, faults))}" for name, faults in detail.items())
