"""The kinds of fields. A row of the table `KINDS` holds all that the service knows of a kind."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from graphql import GraphQLBoolean, GraphQLFloat, GraphQLInt, GraphQLString

from api_http.times import write_duration, write_moment
from entity_api.description import fields, values
from entity_api.description.choice_list import ChoiceListField
from entity_api.description.choices import bind_choice
from entity_api.description.field_kind import EQUALITY, ITEMS, LISTS, TEXTUAL, FieldKind, unchanged
from entity_api.description.json_values import parse_json
from entity_api.description.moments import parse_day, parse_duration, parse_moment, parse_time
from entity_api.description.scalars import (
    JSON,
    BigInt,
    Date,
    DateTime,
    Duration,
    Time,
)
from entity_api.description.scalars import (
    Decimal as DecimalType,
)

if TYPE_CHECKING:
    from entity_api.description.field_kind import ModelField, SerializerField


_INTEGERS = (
    models.IntegerField,
    models.SmallIntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
)
KINDS: dict[str, FieldKind] = {
    kind.name: kind
    for kind in (
        FieldKind(
            name="id",
            fields={models.UUIDField: fields.IdField},
            to_json=str,
            openapi={"type": "string"},
            operators=TEXTUAL,
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
                models.URLField: fields.UrlField,
                models.SlugField: fields.SlugField,
            },
            to_json=unchanged,
            openapi={"type": "string"},
            operators=TEXTUAL,
            parse=values.parse_text,
            graphql=GraphQLString,
            graphql_plain=frozenset({str}),
        ),
        FieldKind(
            name="integer",
            fields=dict.fromkeys(_INTEGERS, fields.IntegerField),
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
            graphql_filter="BigIntFilter",
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
            to_json=values.write_decimal,
            openapi={"type": "string", "format": "decimal"},
            parse=values.compare_decimal,
            parse_stored=values.parse_decimal,
            graphql=DecimalType,
            graphql_plain=frozenset({str, Decimal}),
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
        FieldKind(
            name="time",
            fields={models.TimeField: fields.TimeField},
            to_json=time.isoformat,
            openapi={"type": "string", "format": "time"},
            parse=parse_time,
            graphql=Time,
            graphql_plain=frozenset({str, time}),
        ),
        FieldKind(
            name="duration",
            fields={models.DurationField: fields.DurationField},
            to_json=write_duration,
            openapi={"type": "string", "format": "duration"},
            parse=parse_duration,
            graphql=Duration,
            graphql_plain=frozenset({str, timedelta}),
        ),
        FieldKind(
            name="ip",
            fields={models.GenericIPAddressField: fields.IPAddressField},
            to_json=unchanged,
            openapi={"type": "string"},
            operators=(*EQUALITY, *LISTS),
            parse=values.parse_address,
            # PostgreSQL compares addresses by their numbers, SQLite by their texts.
            sortable=False,
            graphql=GraphQLString,
            graphql_filter="IPAddressFilter",
            graphql_plain=frozenset({str}),
        ),
        FieldKind(
            name="json",
            fields={models.JSONField: fields.JSONField},
            to_json=unchanged,
            openapi={},
            operators=EQUALITY,
            equals_lookup="json_equals",
            parse=parse_json,
            sortable=False,
            graphql=JSON,
            graphql_filter="JsonFilter",
            graphql_plain=frozenset({bool, int, float, str, list, dict}),
        ),
        FieldKind(
            name="choice",
            fields={},
            classes=(fields.ChoiceField,),
            bind=bind_choice,
            to_json=unchanged,
            openapi={"type": "string"},
            operators=(*EQUALITY, *LISTS),
            parse=values.parse_text,
            graphql=GraphQLString,
        ),
        FieldKind(
            name="choices",
            fields={ChoiceListField: fields.ChoiceListField},
            bind=bind_choice,
            to_json=unchanged,
            openapi={"type": "string"},
            many=True,
            operators=ITEMS,
            parse=values.parse_text,
            sortable=False,
            graphql=GraphQLString,
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
    found = (
        kind
        for kind in KINDS.values()
        if serializer_field in (*kind.fields.values(), *kind.classes)
    )
    return next(found, None)


def map_model_fields() -> dict[ModelField, SerializerField]:
    return {field: chosen for kind in KINDS.values() for field, chosen in kind.fields.items()}


@cache
def list_plain_classes(type_name: str) -> frozenset[type]:
    """Return the classes of values that need no conversion for the GraphQL type of this name."""
    kinds = (kind for kind in KINDS.values() if kind.graphql.name == type_name)
    return frozenset[type]().union(*(kind.graphql_plain for kind in kinds))
