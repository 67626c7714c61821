"""The key of a model: the column of its ids, and how an id is read out of a text.

An id is a text on the wire, whatever its column holds. A key is a UUID, an integer or a text. It
may be the link to another row; then it is read as the key of that row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import CharField, Field, IntegerField, Model, TextField, UUIDField

from entity_api.description.values import parse_id, parse_text

# As the service writes a number: no sign before it but a minus, no zero before other digits.
_WHOLE = re.compile(r"0|-?[1-9]\d{0,18}", re.ASCII)

Parse = Callable[[object], Any]


def find_key(model: type[Model]) -> Any:
    """Return the column whose values the ids are, in the table to which the key leads."""
    key: Any = model._meta.pk
    while key.remote_field:
        key = key.target_field
    return key


@cache
def name_key(model: type[Model]) -> str:
    """Return the lookup that leads to the column of the ids, such as `id` or `user__id`."""
    steps = []
    key: Any = model._meta.pk
    while key.remote_field:
        # A child with a table of its own has the columns of its parent.
        if not key.remote_field.parent_link:
            steps.append(key.name)
        key = key.target_field
    return "__".join([*steps, key.name])


def has_text_key(model: type[Model]) -> bool:
    """Return whether the ids are texts in the database."""
    return isinstance(find_key(model), CharField | TextField)


@cache
def has_integer_key(model: type[Model]) -> bool:
    """Return whether the ids are numbers in the database. They are texts on the wire."""
    return isinstance(find_key(model), IntegerField)


def is_key_given(model: type[Model]) -> bool:
    """Return whether a client gives the id of a new row, as nothing else does."""
    key: Any = find_key(model)
    is_made = key.has_default() or key.has_db_default() or key.db_returning or not key.editable
    return not is_made and "__" not in name_key(model)


def list_given(model: type[Model]) -> list[str]:
    """Return the columns of the key that a new row is given, and that never change."""
    key: Any = model._meta.pk
    if key.remote_field and not key.remote_field.parent_link:
        return [key.name]
    return [find_key(model).name] if is_key_given(model) else []


def parse_key(model: type[Model], value: object) -> Any:
    """Return the key of a row out of its id on the wire; `None` for an id that no row can have."""
    return _find_parser(model)(value)


def parse_known_key(model: type[Model], value: object) -> Any:
    """Return the key of a row out of its id on the wire. Raises ValueError for another value."""
    if (parsed := parse_key(model, value)) is None:
        raise ValueError("an id")
    return parsed


def show_key(value: Any) -> Any:
    """Return a key in wire form: a text. The renderer of JSON writes UUIDs by itself."""
    return value if value is None or isinstance(value, UUID) else str(value)


@cache
def _find_parser(model: type[Model]) -> Parse:
    parse = find_key_parser(find_key(model))
    if parse is None:
        raise TypeError(f"The key of {model.__name__} has no kind.")
    return parse


def find_key_parser(key: Field[Any, Any]) -> Parse | None:
    """Return the function that reads an id of this column; `None` for a column of another kind."""
    if isinstance(key, UUIDField):
        return parse_id
    if isinstance(key, IntegerField):
        least, greatest = BaseDatabaseOperations.integer_field_ranges[key.get_internal_type()]
        return partial(_parse_integer, least, greatest)
    return _parse_text if isinstance(key, CharField | TextField) else None


def _parse_integer(least: int, greatest: int, value: object) -> int | None:
    if not isinstance(value, str) or not _WHOLE.fullmatch(value):
        return None
    return number if least <= (number := int(value)) <= greatest else None


def _parse_text(value: object) -> str | None:
    try:
        return parse_text(value) or None
    except ValueError:
        return None
