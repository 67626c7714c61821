"""The source of an entity's test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from entity_api.description.naming import camel_case
from entity_api.scaffolding.code import EntityCode, Import
from entity_api.scaffolding.layout import STEP, quote, write_call
from entity_api.scaffolding.names import snake_case, spoken, with_article

# A value for a required column of a row that the test links to.
_VALUES: tuple[tuple[type[Any], str], ...] = (
    (models.BooleanField, "True"),
    (models.IntegerField, "5"),
    (models.FloatField, "2.5"),
    (models.DecimalField, "5"),
    (models.DateTimeField, '"2026-01-31T12:00:00Z"'),
    (models.DateField, '"2026-01-31"'),
    (models.TimeField, '"12:30"'),
)
_HEAD = '''"""The API of {plural}: who may create and read them."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
'''


class UnknownValueError(LookupError):
    """A required column for which the test has no value."""


def write_test(entity: EntityCode, role: str, linked: Mapping[str, Any]) -> tuple[str, set[Import]]:
    """Return the module of the test, and the imports that it needs besides.

    `linked` has the model of each required link by the link's name.
    """
    imports: set[Import] = set()
    try:
        rows = {name: _write_row(model, imports) for name, model in linked.items()}
    except UnknownValueError:
        return _HEAD.format(plural=spoken(entity.plural)) + _write_refusal(entity), set()
    return (
        _HEAD.format(plural=spoken(entity.plural))
        + _write_creation(entity, role, rows)
        + _write_refusal(entity),
        imports,
    )


def _write_creation(entity: EntityCode, role: str, rows: Mapping[str, str]) -> str:
    values = [
        f"{quote(camel_case(each.name))}: {each.sample}"
        for each in entity.attributes
        if each.sample
    ]
    values += [f'{quote(camel_case(name))}: {{"id": str({name}.pk)}}' for name in rows]
    lines = [
        f"def test_{_name_role(role)}_creates_and_finds_{_article(entity.name)}() -> None:",
        f'{STEP}caller: Any = get_user_model().objects.create_user("caller")',
        f"{STEP}caller.groups.add(Group.objects.get_or_create(name={quote(role)})[0])",
        f"{STEP}client = APIClient()",
        f"{STEP}client.force_authenticate(caller)",
        *(f"{STEP}{name} = {source}" for name, source in rows.items()),
        *_write_body(values),
        f'{STEP}made = client.post("/api/{entity.plural}", body)',
        f"{STEP}assert made.status_code == 201, made.json()",
        f'{STEP}assert client.get("/api/{entity.plural}").json() == [made.json()]',
    ]
    return "\n\n" + "\n".join(lines) + "\n"


def _write_body(values: list[str]) -> list[str]:
    flat = f"{STEP}body: dict[str, Any] = {{{', '.join(values)}}}"
    if len(flat) <= 100:
        return [flat]
    return [
        f"{STEP}body: dict[str, Any] = {{",
        *(f"{STEP * 2}{value}," for value in values),
        f"{STEP}}}",
    ]


def _write_refusal(entity: EntityCode) -> str:
    return (
        "\n\ndef test_a_caller_without_credentials_is_refused() -> None:\n"
        f'{STEP}assert APIClient().get("/api/{entity.plural}").status_code == 401\n'
    )


def _write_row(model: type[models.Model], imports: set[Import], depth: int = 0) -> str:
    """Return the source that makes a row, with the rows that it needs. Raises UnknownValueError."""
    if model is get_user_model():
        return "caller"
    if depth > 2:
        raise UnknownValueError
    imports.add((model.__module__, model.__name__))
    arguments = []
    for field in model._meta.concrete_fields:
        if field.null or field.has_default() or field.primary_key or _is_filled(field):
            continue
        if isinstance(field, models.ForeignKey):
            target: Any = field.related_model
            arguments.append(f"{field.name}={_write_row(target, imports, depth + 1)}")
        else:
            arguments.append(f"{field.name}={_find_value(field)}")
    return write_call(f"{model.__name__}.objects.create", arguments, 1).strip()


def _is_filled(field: Any) -> bool:
    return bool(
        getattr(field, "auto_now", False)
        or getattr(field, "auto_now_add", False)
        or isinstance(field, models.CharField | models.TextField)
        or field.has_db_default()
    )


def _find_value(field: Any) -> str:
    for kind, source in _VALUES:
        if isinstance(field, kind):
            return source
    raise UnknownValueError


def _name_role(role: str) -> str:
    name = snake_case("".join(letter if letter.isalnum() else "_" for letter in role))
    return f"the_role_{name}" if name.isascii() and name.isidentifier() else "a_role"


def _article(name: str) -> str:
    return with_article(name).lower().replace(" ", "_")
