from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from auth_core.account_name import key_field, name_key
from auth_core.caller import list_roles
from auth_core.policy.explanation import explain
from auth_core.policy.loading import Source, read_source
from auth_core.policy.matrix import (
    describe_line,
    draw_table,
    find_granting,
    list_lines,
    state_verdict,
)
from auth_core.policy.policy import ACTIONS, FIELD_ACTIONS
from auth_core.policy.served import fields_of, served_viewsets

MOST_NAMES = 20


class Command(BaseCommand):
    help = (
        "Shows who may do what. Columns: anyone (without credentials), known (any caller, "
        "whatever their roles), and "
        "each role. `permissions explain` says which rule decides for a user."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")
        commands = parser.add_subparsers(dest="command", metavar="explain")
        explaining = commands.add_parser("explain", help="which rule decides for a user")
        explaining.add_argument("user", help="the user's name")
        explaining.add_argument("entity", help="such as Customer")
        explaining.add_argument("action", help=f"{', '.join(ACTIONS)}, or one of the entity's own")
        explaining.add_argument("field", nargs="?", help="such as email")

    def handle(self, *args: Any, **options: Any) -> None:
        source = read_source(Path(settings.PERMISSIONS_FILE))
        if source.faults:
            raise CommandError(
                "\n".join(
                    [f"{settings.PERMISSIONS_FILE} cannot be used:", *map(str, source.faults)]
                )
            )
        if options["command"] == "explain":
            self._explain(
                source, options["user"], options["entity"], options["action"], options["field"]
            )
        else:
            self._show(source, as_json=options["json"])

    def _show(self, source: Source, *, as_json: bool) -> None:
        roles = source.policy.roles
        lines = list_lines(source.policy, served_viewsets())
        if as_json:
            content = {"roles": list(roles), "permissions": [describe_line(line) for line in lines]}
            self.stdout.write(json.dumps(content, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(draw_table(roles, lines))

    def _explain(
        self, source: Source, username: str, entity: str, action: str, field: str | None
    ) -> None:
        user = find_user(username)
        viewsets = served_viewsets()
        choose("entity", entity, viewsets)
        choose("action", action, source.policy.list_actions(entity))
        if field is not None:
            if action not in FIELD_ACTIONS:
                raise CommandError(f"{action} is about whole rows: leave out the field {field!r}.")
            choose("field", field, fields_of(viewsets[entity]))
        if not user.is_active:
            self.stdout.write(
                f"{username} is not active, and so is refused before any rule is asked."
            )
            return
        roles = frozenset(list_roles(user))
        granting, others = find_granting(roles, source.policy)
        decision = source.policy.decide(roles, entity, action)
        self.stdout.write(
            f"{username} has {f'the roles {_list(granting)}' if granting else 'no role'}."
        )
        if others:
            self.stdout.write(
                f"Groups that are no roles of the file grant nothing: {_list(others)}."
            )
        self.stdout.write(state_verdict(username, decision, entity, action, field))
        self.stdout.write(explain(roles, entity, action, field))


def find_user(username: str) -> Any:
    """Find the user, or raise CommandError with the names that there are."""
    model: Any = get_user_model()
    name = model.USERNAME_FIELD
    try:
        user = model._default_manager.filter(**{key_field(): name_key(username)}).first()
        if user is None:
            choose(
                "user",
                username,
                model._default_manager.order_by(name).values_list(name, flat=True)[
                    : MOST_NAMES + 1
                ],
            )
    except DatabaseError as error:
        raise CommandError(
            f"The users cannot be read: {error}. Has `manage.py migrate` been run?"
        ) from error
    return user


def choose(what: str, name: str, known: Iterable[str]) -> None:
    """Raise CommandError with the known names if this name is unknown."""
    names = list(known)
    if name not in names:
        listed = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
        raise CommandError(
            f"There is no {what} {name!r}. Choose one of: {listed or '(there is none)'}."
        )


def _list(names: list[str]) -> str:
    return ", ".join(names)
