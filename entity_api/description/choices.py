"""Option sets: the kind of a field whose values are a few texts or numbers.

Each such field has a kind of its own, because it has values of its own. In GraphQL it is the type
`Enum<Entity><Field>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import GraphQLEnumType

from entity_api.description.values import parse_big_integer, parse_text

if TYPE_CHECKING:
    from entity_api.description.field_kind import FieldKind

# A message names no more values of a set.
MOST_SHOWN = 20
_RESERVED = ("true", "false", "null")


def bind_choice(kind: FieldKind, title: str, field: Any) -> FieldKind:
    """Return the kind of one field, from its serializer's field. `title` is such as `OrderStatus`.

    The values are all texts or all integers, as the model's field stores one or the other.
    """
    values = list_values(field)
    is_text = isinstance(next(iter(values), ""), str)
    name = f"Enum{title}"
    return replace(
        kind,
        name=name,
        openapi={"type": "string" if is_text else "integer", "enum": values},
        parse=partial(_parse, {str(value): value for value in values}),
        # A row may hold a value that is no longer in the set.
        parse_stored=parse_text if is_text else parse_big_integer,
        json_types=(str,) if is_text else (int,),
        graphql=GraphQLEnumType(name, name_values(values)),
    )


def list_values(field: Any) -> list[Any]:
    """Return the values that the serializer's field takes."""
    values = [value.value if isinstance(value, Enum) else value for value in field.choices]
    takes_blank = field.allow_blank and "" not in values
    return [*values, ""] if takes_blank else values


def _parse(known: Mapping[str, Any], value: object) -> Any:
    if isinstance(value, str | int) and not isinstance(value, bool) and str(value) in known:
        return known[str(value)]
    shown = ", ".join(list(known)[:MOST_SHOWN])
    raise ValueError(f"one of {shown}" + ", …" * (len(known) > MOST_SHOWN))


def name_values(values: Iterable[Any]) -> dict[str, Any]:
    """Return the values by their names in GraphQL: `in_progress` for `in-progress`, `_1` for 1.

    A name that another value has already gets a number after it.
    """
    named: dict[str, Any] = {}
    for value in values:
        name = plain = name_value(value)
        number = 2
        while name in named:
            name = f"{plain.rstrip('_')}_{number}"
            number += 1
        named[name] = value
    return named


def name_value(value: object) -> str:
    """Return the name of a value in GraphQL, without regard to the other values."""
    name = re.sub(r"[^_0-9A-Za-z]", "_", str(value))
    if not name or name[0].isdigit():
        name = f"_{name}"
    # GraphQL keeps names with two underscores in front for itself.
    name = re.sub(r"^__+", "_", name)
    return f"{name}_" if name in _RESERVED else name
