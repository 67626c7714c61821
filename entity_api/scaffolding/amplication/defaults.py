"""Defaults: the argument `default` for Prisma's `@default`."""

from __future__ import annotations

import json
from dataclasses import dataclass

from entity_api.scaffolding.amplication.notes import Notes
from entity_api.scaffolding.code import Import, OptionSet
from entity_api.scaffolding.layout import quote
from entity_api.scaffolding.prisma.tree import Call, Field, Name, Number, Value, fail

FUNCTIONS = frozenset(
    {"now", "uuid", "cuid", "nanoid", "ulid", "auto", "autoincrement", "dbgenerated", "sequence"}
)
BITS = {"Int": 31, "BigInt": 63}
LONGEST_NUMBER = 40
_BOOLEANS = {"true": "True", "false": "False"}


@dataclass(frozen=True)
class Default:
    """The argument, if there is one, and what it imports."""

    arguments: tuple[str, ...] = ()
    imports: tuple[Import, ...] = ()


def write_default(field: Field, options: OptionSet | None, notes: Notes) -> Default:
    """Return the default of a field.

    A note is added where there is none here. Raises InputError for a value of another type.
    """
    mark = field.find("default")
    if mark is None:
        # A list without a default is empty.
        return Default(("default=list",)) if field.many else Default()
    value = mark.find("value", first=True)
    if value is None:
        raise fail(mark.line, "@default takes a value.")
    if isinstance(value, Call):
        return _write_call(field, value, mark.line, notes)
    if field.many:
        return _write_list(field, value, mark.line, notes)
    return _write_literal(field, options, value, mark.line, notes)


def _write_call(field: Field, call: Call, line: int, notes: Notes) -> Default:
    if call.name not in FUNCTIONS:
        raise fail(line, f"there is no function {call.name!r}.")
    if call.name == "now" and field.type == "DateTime" and not list(field.list_native()):
        return Default(("default=timezone.now",), (("django.utils", "timezone"),))
    is_uuid = any(mark.name == "db.Uuid" for mark in field.list_native())
    if call.name == "uuid" and is_uuid:
        return Default(("default=uuid4",), (("uuid", "uuid4"),))
    notes.add(line, f"the default {call.name}() of {field.name} is not taken over.")
    return Default()


def _write_list(field: Field, value: Value, line: int, notes: Notes) -> Default:
    if not isinstance(value, tuple):
        raise fail(line, f"the default of the list {field.name} is no list.")
    if value:
        notes.add(line, f"the default of {field.name} is an empty list here.")
    return Default(("default=list",))


def _write_literal(
    field: Field, options: OptionSet | None, value: Value, line: int, notes: Notes
) -> Default:
    wrong = fail(line, f"the default of {field.name} is no {field.type}.")
    if options is not None:
        members = {given: name for name, given in options.members}
        if not isinstance(value, Name) or value.text not in members:
            raise wrong
        return Default((f"default={options.name}.{members[value.text]}",))
    if field.type == "Boolean":
        if not isinstance(value, Name) or value.text not in _BOOLEANS:
            raise wrong
        return Default((f"default={_BOOLEANS[value.text]}",))
    if field.type in ("Int", "BigInt", "Float", "Decimal"):
        if not isinstance(value, Number) or not _fits(field.type, value.text):
            raise wrong
        return _write_number(field, value.text)
    if not isinstance(value, str):
        raise wrong
    if field.type == "String":
        return Default((f"default={quote(value)}",))
    if field.type == "Json":
        return _write_json(field, value, line, notes)
    notes.add(line, f"the default of {field.name} is not taken over.")
    return Default()


def _fits(kind: str, text: str) -> bool:
    if len(text) > LONGEST_NUMBER:
        return False
    return kind not in BITS or (
        "." not in text and -(2 ** BITS[kind]) <= int(text) < 2 ** BITS[kind]
    )


def _write_number(field: Field, text: str) -> Default:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    plain = f"{sign}{whole.lstrip('0') or '0'}{point}{rest}"
    if field.type == "Decimal":
        return Default((f"default=Decimal({quote(plain)})",), (("decimal", "Decimal"),))
    return Default((f"default={plain}",))


def _write_json(field: Field, value: str, line: int, notes: Notes) -> Default:
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        raise fail(line, f"the default of {field.name} is no JSON.") from None
    if parsed in ({}, []) and isinstance(parsed, dict | list):
        return Default((f"default={type(parsed).__name__}",))
    notes.add(line, f"the default of {field.name} is not taken over.")
    return Default()
