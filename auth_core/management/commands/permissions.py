from __future__ import annotations

import json
from argparse import SUPPRESS
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser

from auth_core.account_name import key_field, name_key
from auth_core.caller import list_roles
from auth_core.policy.explanation import explain
from auth_core.policy.loading import Source, read_source
from auth_core.policy.matrix import (
    describe_decision,
    describe_line,
    draw_matrix,
    find_granting,
    list_lines,
)
from auth_core.policy.policy import ACTIONS, FIELD_ACTIONS
from auth_core.policy.rule import Reach
from auth_core.policy.served import fields_of, served_viewsets
from auth_core.policy.verdict import INACTIVE, describe_caller, judge
from runtime.command import ProjectCommand, UsageError

MOST_NAMES = 20
JSON_HELP = "for machines"


class Command(ProjectCommand):
    help = (
        "Shows who may do what. Columns: anyone (without credentials), known (any caller, "
        "whatever their roles), and "
        "each role. `permissions explain` says which rule decides for a user."
    )
    examples = (
        "permissions",
        "permissions --json",
        "permissions explain ada Customer view",
        "permissions explain ada Customer update email --json",
    )
    after_interrupt = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help=JSON_HELP)
        commands = parser.add_subparsers(dest="command", metavar="explain")
        explaining = commands.add_parser("explain", help="which rule decides for a user")
        # Without a default, so that `--json` before `explain` counts too.
        explaining.add_argument("--json", action="store_true", default=SUPPRESS, help=JSON_HELP)
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
            self._explain(source, options)
        else:
            self._show(source, as_json=options["json"])

    def _show(self, source: Source, *, as_json: bool) -> None:
        roles = source.policy.roles
        lines = list_lines(source.policy, served_viewsets())
        if as_json:
            content = {"roles": list(roles), "permissions": [describe_line(line) for line in lines]}
            self.stdout.write(json.dumps(content, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(draw_matrix(roles, lines))

    def _explain(self, source: Source, options: dict[str, Any]) -> None:
        names = ("user", "entity", "action", "field")
        username, entity, action, field = (options[name] for name in names)
        user = find_user(username)
        viewsets = served_viewsets()
        choose("entity", entity, viewsets)
        choose("action", action, source.policy.list_actions(entity))
        if field is not None:
            if action not in FIELD_ACTIONS:
                raise UsageError(f"{action} is about whole rows: leave out the field {field!r}.")
            choose("field", field, fields_of(viewsets[entity]))
        if options["json"]:
            facts = {name: options[name] for name in names}
            facts |= explain_as_facts(source, user, entity, action, field)
            self.stdout.write(json.dumps(facts, indent=2, ensure_ascii=False))
            return
        for sentence in describe_caller(user, source.policy):
            self.stdout.write(sentence)
        if user.is_active:
            roles = frozenset(list_roles(user))
            verdict = judge(username, roles, source.policy, entity, action, field)
            self.stdout.write(verdict.sentence)
            self.stdout.write(verdict.rule)


def find_user(username: str) -> Any:
    """Find the user, or raise CommandError with the names that there are."""
    model: Any = get_user_model()
    users = model._default_manager.all()
    user = users.filter(**{key_field(): name_key(username)}).first()
    if user is not None:
        return user
    name = model.USERNAME_FIELD
    known = users.order_by(name).values_list(name, flat=True)[: MOST_NAMES + 1]
    raise CommandError(name_choices("user", username, list(known)))


def choose(what: str, name: str, known: Iterable[str]) -> None:
    """Raise UsageError with the known names if this name is unknown."""
    names = list(known)
    if name not in names:
        raise UsageError(name_choices(what, name, names))


def name_choices(what: str, name: str, names: list[str]) -> str:
    listed = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    return f"There is no {what} {name!r}. Choose one of: {listed or '(there is none)'}."


def explain_as_facts(
    source: Source, user: Any, entity: str, action: str, field: str | None
) -> dict[str, Any]:
    """Return the verdict for machines. `roles` are those that grant something."""
    roles = frozenset(list_roles(user))
    decision = source.policy.decide(roles, entity, action)
    facts = {"active": user.is_active, "roles": find_granting(roles, source.policy)[0]}
    if not user.is_active:
        return {**facts, "allowed": False, "rule": f"{user.get_username()} {INACTIVE}"}
    allowed = decision.reach is not Reach.NONE and field not in decision.withheld
    rule = explain(roles, entity, action, field)
    return {**facts, "allowed": allowed, **describe_decision(decision), "rule": rule}
