"""The kinds of fields. A row of the table `KINDS` holds all that the service knows of a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLInt,
    GraphQLScalarType,
    GraphQLString,
)

from api_http.times import write_moment
from entity_api.description import fields, values
from entity_api.description.moments import parse_day, parse_moment
from entity_api.description.scalars import BigInt, Date, DateTime

if TYPE_CHECKING:
    from rest_framework import serializers

    ModelField = type[models.Field[Any, Any]]
    SerializerField = type[serializers.Field[Any, Any, Any, Any]]

EQUALITY = ("equals", "not")
LISTS = ("in", "notIn")
COMPARISONS = ("lt", "lte", "gt", "gte")
TEXT = ("contains", "startsWith", "endsWith")
MODE = "mode"
_ORDERED = (*EQUALITY, *LISTS, *COMPARISONS)
_TEXTUAL = (*_ORDERED, *TEXT, MODE)


def unchanged(value: Any) -> Any:
    """Return the value: JSON holds it as the database does."""
    return value


@dataclass(frozen=True, kw_only=True)
class FieldKind:
    """A kind of field on all surfaces.

    `name` stands as `kind` in the class of a serializer's field, and in names of OpenAPI schemas.
    `fields` gives the serializer's field for each field of a model.
    `to_json` writes a column's value; it is `None` where only the serializer's field can do that.
    `openapi` is the JSON schema of a value.

    `operators` are those of a condition. `parse` reads a condition's value, a text of a query
    string or a typed value. It raises ValueError with the words that follow "This must be".
    `parse_stored` reads the value of a row out of `after`, if a row may hold more than a condition.
    `json_types` are the classes of that value in JSON.

    `graphql` is the type of a value. In conditions it is `graphql_operand` and `graphql_operators`,
    where they differ from `graphql` and `operators`. `graphql_plain` are the classes of values that
    the JSON renderer writes just as the GraphQL type does, so that a list needs no conversion.
    """

    name: str
    fields: Mapping[ModelField, SerializerField]
    to_json: Callable[[Any], Any] | None
    openapi: Mapping[str, str]
    operators: tuple[str, ...] = _ORDERED
    parse: Callable[[object], Any]
    parse_stored: Callable[[object], Any] | None = None
    json_types: tuple[type, ...] = (str,)
    graphql: GraphQLScalarType
    graphql_operand: GraphQLScalarType | None = None
    graphql_operators: tuple[str, ...] | None = None
    graphql_plain: frozenset[type] = frozenset()


KINDS: dict[str, FieldKind] = {
    kind.name: kind
    for kind in (
        FieldKind(
            name="id",
            fields={models.UUIDField: fields.IdField},
            to_json=str,
            openapi={"type": "string"},
            operators=_TEXTUAL,
            # A condition may hold any text. A text that is no id finds no row.
            parse=values.parse_text,
            parse_stored=values.parse_known_id,
            graphql=GraphQLString,
            graphql_plain=frozenset({str, UUID}),
        ),
        FieldKind(
            name="text",
            fields={
                models.CharField: fields.TextField,
                models.EmailField: fields.EmailField,
                models.TextField: fields.TextField,
            },
            to_json=unchanged,
            openapi={"type": "string"},
            operators=_TEXTUAL,
            parse=values.parse_text,
            graphql=GraphQLString,
            graphql_plain=frozenset({str}),
        ),
        FieldKind(
            name="integer",
            fields={
                models.IntegerField: fields.IntegerField,
                models.SmallIntegerField: fields.IntegerField,
                models.PositiveIntegerField: fields.IntegerField,
                models.PositiveSmallIntegerField: fields.IntegerField,
            },
            to_json=unchanged,
            openapi={"type": "integer", "format": "int32"},
            parse=values.parse_integer,
            # A column of SQLite may hold a longer integer than a condition.
            parse_stored=values.parse_big_integer,
            json_types=(int,),
            # Values are Float, as clients of the reference expect. Conditions take integers only.
            graphql=GraphQLFloat,
            graphql_operand=GraphQLInt,
            graphql_plain=frozenset({int}),
        ),
        FieldKind(
            name="bigint",
            fields={models.BigIntegerField: fields.BigIntegerField},
            to_json=unchanged,
            openapi={"type": "integer", "format": "int64"},
            parse=values.parse_big_integer,
            json_types=(int,),
            graphql=BigInt,
        ),
        FieldKind(
            name="float",
            fields={models.FloatField: fields.FloatField},
            to_json=unchanged,
            openapi={"type": "number", "format": "double"},
            parse=values.parse_number,
            json_types=(int, float),
            graphql=GraphQLFloat,
            graphql_plain=frozenset({int, float}),
        ),
        FieldKind(
            name="decimal",
            fields={models.DecimalField: fields.DecimalField},
            to_json=None,
            openapi={"type": "number"},
            parse=values.parse_decimal,
            json_types=(int, float, str),
            graphql=GraphQLFloat,
        ),
        FieldKind(
            name="boolean",
            fields={models.BooleanField: fields.BooleanField},
            to_json=unchanged,
            openapi={"type": "boolean"},
            operators=(*EQUALITY, *LISTS),
            parse=values.parse_boolean,
            json_types=(bool,),
            graphql=GraphQLBoolean,
            graphql_operators=EQUALITY,
            graphql_plain=frozenset({bool}),
        ),
        FieldKind(
            name="datetime",
            fields={models.DateTimeField: fields.DateTimeField},
            to_json=write_moment,
            openapi={"type": "string", "format": "date-time"},
            parse=parse_moment,
            graphql=DateTime,
            graphql_plain=frozenset({str, datetime}),
        ),
        FieldKind(
            name="date",
            fields={models.DateField: fields.DateField},
            to_json=date.isoformat,
            openapi={"type": "string", "format": "date"},
            parse=parse_day,
            graphql=Date,
            graphql_plain=frozenset({str, date}),
        ),
    )
}


def name_kind(name: str, place: str) -> FieldKind:
    """Return the kind of this name. Raises ImproperlyConfigured, naming the field at `place`."""
    if name not in KINDS:
        raise ImproperlyConfigured(
            f"{place} has no kind {name!r}. The kinds are {', '.join(KINDS)}."
        )
    return KINDS[name]


@cache
def find_kind(serializer_field: SerializerField) -> FieldKind | None:
    """Return the kind whose row names this very class; `None` for any other class.

    A subclass may read and write in a way of its own, so it is another class here.
    """
    rows = (kind for kind in KINDS.values() if serializer_field in kind.fields.values())
    return next(rows, None)


def map_model_fields() -> dict[ModelField, SerializerField]:
    """Return the serializer's field for each field of a model."""
    return {field: chosen for kind in KINDS.values() for field, chosen in kind.fields.items()}


@cache
def list_plain_classes(type_name: str) -> frozenset[type]:
    """Return the classes of values that need no conversion for the GraphQL type of this name."""
    kinds = (kind for kind in KINDS.values() if kind.graphql.name == type_name)
    return frozenset[type]().union(*(kind.graphql_plain for kind in kinds))
