from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.core.management.base import CommandParser
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver

from entity_api.description.entity import EntityDescription, Field, Relation
from entity_api.description.registry import list_served, name_back
from entity_api.description.serializer import EntitySerializer
from entity_api.graphql.actions import name_mutation
from entity_api.linked_hooks import asks_alike, find_own_hook
from entity_api.permission import EntityPermission
from entity_api.reading.encoder import explain_instances, find_columns
from entity_api.reading.reading import explain_row
from entity_api.writing.decision import explain_transaction
from entity_api.writing.own_actions import OwnAction, list_actions
from runtime.command import ProjectCommand, UsageError
from runtime.tables import draw_table
from statements.writing import is_plain

Row = tuple[str, ...]
NO_KEY = EntityPermission.access_key


class Command(ProjectCommand):
    help = (
        "Shows each entity: its routes, fields with their kinds, rules, overridden hooks, and how "
        "it is read and written."
    )
    examples = (
        "entities",
        "entities Customer Order",
        "entities --json",
    )
    after_interrupt = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("entity", nargs="*", help="such as Customer; all entities without it")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        served = {entity.name: entity for entity in list_served().values()}
        wanted = options["entity"] or list(served)
        if unknown := [name for name in wanted if name not in served]:
            known = ", ".join(served) or "(there is none)"
            raise UsageError(f"There is no entity {unknown[0]!r}. Choose from: {known}.")
        if options["json"]:
            facts = [describe_as_facts(served[name]) for name in wanted]
            self.stdout.write(json.dumps(facts, indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n\n".join(describe(served[name]) for name in wanted))


def describe(entity: EntityDescription) -> str:
    """Return the text of an entity: a headline, and an indented table for each part."""
    head = f"{entity.name} ({name_class(entity.viewset)})"
    tables = (
        "\n".join([f"  {title}", *(f"    {line}" for line in draw_table(rows))])
        for title, rows in list_parts(entity).items()
        if rows
    )
    return "\n".join([head, *tables])


def describe_as_facts(entity: EntityDescription) -> dict[str, Any]:
    """Return the parts of an entity for machines: each is a list of the rows of its table."""
    return {"name": entity.name, "viewset": name_class(entity.viewset), **list_parts(entity)}


def name_class(viewset: Any) -> str:
    return f"{viewset.__module__}.{viewset.__name__}"


def list_parts(entity: EntityDescription) -> dict[str, list[Row]]:
    viewset = entity.viewset
    return {
        "routes": list_routes(viewset),
        "fields": [describe_member(entity, name) for name in entity.order],
        "search": [(name,) for name in entity.searched],
        "actions": [describe_action(entity, own) for own in list_actions(viewset)],
        "rules": list_rules(entity),
        "overrides": [tuple(place.split(", ", 1)) for place in entity.overrides.values()],
        "read": list_readings(entity),
        "written": [("create, update", describe_writing(entity))],
    }


def list_routes(viewset: type) -> list[Row]:
    """Return the methods and the address of each route that the viewset serves."""
    found: dict[str, list[str]] = {}
    for address, view in _list_views(get_resolver().url_patterns):
        if getattr(view, "cls", None) is viewset:
            # A router adds HEAD wherever there is GET.
            methods = [method.upper() for method in view.actions if method != "head"]
            found.setdefault(address, []).extend(methods)
    return [(", ".join(methods), address) for address, methods in found.items()]


def _list_views(patterns: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _list_views(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            yield re.sub(r"<(\w+)>", r":\1", simplify_regex(address)), pattern.callback


def describe_member(entity: EntityDescription, name: str) -> Row:
    """Return a field's name, its kind, and its properties in words."""
    if relation := entity.relations.get(name):
        return name, relation.target.__name__ + "[]" * relation.many, _describe_relation(relation)
    field = entity.fields[name]
    if name in entity.files:
        return name, "file", _describe_file(entity, name)
    kind = field.kind.name if field.kind else "unknown"
    return name, kind + "[]" * field.many, _describe_field(field)


def _describe_relation(relation: Relation) -> str:
    back = name_back(relation)
    words = [f"back as {back}"] if back else []
    words += ["required"] * relation.required
    words += ["read-only"] * (not relation.writable)
    return ", ".join(words)


def _describe_file(entity: EntityDescription, name: str) -> str:
    field: Any = entity.serializer().fields[name]
    return "written by its route" if field.is_uploaded else "read-only"


def _describe_field(field: Field) -> str:
    words = ["nullable"] * field.nullable
    words += ["required"] * field.required
    words += ["read-only"] * (not field.writable)
    words += ["write-only"] * (not field.readable)
    return ", ".join(words)


def describe_action(entity: EntityDescription, own: OwnAction) -> Row:
    """Return an own action's name, its name in GraphQL, and what it takes and answers in words."""
    words = ["of a list" if own.many else "of a row"]
    words += ["not in GraphQL"] * own.answers_file
    words += [f"takes {own.input.__name__}"] if own.input else []
    words += [f"answers {own.output.serializer.__name__}"] if own.output else []
    words += ["idempotent"] * own.idempotent
    mutation = "-" if own.answers_file else name_mutation(entity, own)
    return own.name, mutation, ", ".join(words)


def list_rules(entity: EntityDescription) -> list[Row]:
    """Return each permission class with its rules, for a class that offers `describe_rules`."""
    rows: list[Row] = []
    for permission in entity.viewset.permission_classes:
        name = getattr(permission, "__name__", "classes joined by an operator")
        ask = getattr(permission(), "describe_rules", None)
        rules = ask(entity.name) if ask else {}
        rows += [(name, action, rule) for action, rule in rules.items()] or [(name,)]
    return rows


def list_readings(entity: EntityDescription) -> list[Row]:
    """Return how lists and single rows are read, each with the reason."""
    viewset: Any = entity.viewset
    serializer: type[EntitySerializer] = viewset.serializer_class
    reason = find_own_hook(viewset)
    if not reason and find_columns(serializer, entity.names) is None:
        reason = explain_instances(serializer, entity.names)
    view = viewset(request=HttpRequest(), action="retrieve")
    reasons = {"a list": reason, "a row": reason or explain_row(view, "retrieve")}
    return [
        (name, f"as instances: {text}" if text else f"as columns, {_describe_keeping(viewset)}")
        for name, text in reasons.items()
    ]


def _describe_keeping(viewset: Any) -> str:
    for permission in viewset.permission_classes:
        if getattr(permission, "access_key", NO_KEY) is NO_KEY:
            name = getattr(permission, "__name__", "a joined class")
            return f"not kept: {name} has no access_key"
    if not asks_alike(viewset):
        return "not kept: a linked entity has other permission classes"
    return "kept for callers with the same access key"


def describe_writing(entity: EntityDescription) -> str:
    """Return how rows are created and updated, with the reason for a transaction."""
    viewset: Any = entity.viewset
    reason = explain_transaction(viewset)
    if not reason and not is_plain(entity.model):
        reason = f"{entity.model.__name__} is saved in its own way"
    if reason:
        return f"in a transaction: {reason}"
    return "by one statement; in a transaction with links to many, or if rows are limited"
