from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import URLPattern, URLResolver, get_resolver

from entity_api.description.entity import EntityDescription, Field, Relation
from entity_api.description.registry import list_served

Row = tuple[str, ...]


class Command(BaseCommand):
    help = "Shows each entity: its routes, fields with their kinds, rules, and overridden hooks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("entity", nargs="*", help="such as Customer; all entities without it")

    def handle(self, *args: Any, **options: Any) -> None:
        served = {entity.name: entity for entity in list_served().values()}
        wanted = options["entity"] or list(served)
        if unknown := [name for name in wanted if name not in served]:
            known = ", ".join(served) or "(there is none)"
            raise CommandError(f"There is no entity {unknown[0]!r}. Choose from: {known}.")
        self.stdout.write("\n\n".join(describe(served[name]) for name in wanted))


def describe(entity: EntityDescription) -> str:
    """Return the text of an entity: a headline, and an indented table for each part."""
    viewset = entity.viewset
    parts = {
        "routes": list_routes(viewset),
        "fields": [describe_member(entity, name) for name in entity.order],
        "rules": list_rules(entity),
        "overrides": [tuple(place.split(", ", 1)) for place in entity.overrides.values()],
    }
    head = f"{entity.name} ({viewset.__module__}.{viewset.__name__})"
    tables = (f"  {title}\n{draw_table(rows)}" for title, rows in parts.items() if rows)
    return "\n".join([head, *tables])


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
    kind = field.kind.name if field.kind else "unknown"
    return name, kind + "[]" * field.many, _describe_field(field)


def _describe_relation(relation: Relation) -> str:
    words = [f"back as {relation.reverse_name}"]
    words += ["required"] * relation.required
    words += ["read-only"] * (not relation.writable)
    return ", ".join(words)


def _describe_field(field: Field) -> str:
    words = ["nullable"] * field.nullable
    words += ["required"] * field.required
    words += ["read-only"] * (not field.writable)
    words += ["write-only"] * (not field.readable)
    return ", ".join(words)


def list_rules(entity: EntityDescription) -> list[Row]:
    """Return each permission class with its rules, for a class that offers `describe_rules`."""
    rows: list[Row] = []
    for permission in entity.viewset.permission_classes:
        name = getattr(permission, "__name__", "classes joined by an operator")
        ask = getattr(permission(), "describe_rules", None)
        rules = ask(entity.name) if ask else {}
        rows += [(name, action, rule) for action, rule in rules.items()] or [(name,)]
    return rows


def draw_table(rows: list[Row]) -> str:
    """Return the rows with aligned columns, each indented by four spaces."""
    widths = [
        max(len(row[column]) for row in rows if column < len(row))
        for column in range(max(map(len, rows)))
    ]
    return "\n".join(
        "    " + "  ".join(cell.ljust(widths[column]) for column, cell in enumerate(row)).rstrip()
        for row in rows
    )
