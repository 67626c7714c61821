"""The kinds of fields. A row of the table `KINDS` holds all that the service knows of a kind."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import models
from graphql import GraphQLBoolean, GraphQLFloat, GraphQLInt, GraphQLString
from rest_framework import serializers

from api_http.json import write_duration, write_moment
from entity_api.description import fields, scalars, values
from entity_api.description.choice_list import ChoiceListField
from entity_api.description.choices import bind_choice
from entity_api.description.field_kind import EQUALITY, ITEMS, LISTS, TEXTUAL, FieldKind, unchanged
from entity_api.description.file_field import OBJECT, FileField, StoredFile
from entity_api.description.json_values import parse_json
from entity_api.description.key_fields import IntegerKeyField
from entity_api.description.moments import parse_day, parse_duration, parse_moment, parse_time

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
            classes=(IntegerKeyField,),
            python=UUID,
            drf=(serializers.UUIDField,),
            to_json=str,
            openapi={"type": "string"},
            operators=TEXTUAL,
            # A condition may hold any text. A text that is no id finds no row.
            parse=values.parse_text,
            parse_stored=values.parse_known_id,
            parse_id=values.parse_id,
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
            python=str,
            drf=(
                serializers.CharField,
                serializers.ChoiceField,
            ),
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
            python=int,
            drf=(serializers.IntegerField,),
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
            graphql=scalars.BigInt,
            graphql_filter="BigIntFilter",
        ),
        FieldKind(
            name="float",
            fields={models.FloatField: fields.FloatField},
            python=float,
            drf=(serializers.FloatField,),
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
            python=Decimal,
            drf=(serializers.DecimalField,),
            to_json=values.write_decimal,
            openapi={"type": "string", "format": "decimal"},
            parse=values.compare_decimal,
            parse_stored=values.parse_decimal,
            graphql=scalars.Decimal,
            graphql_plain=frozenset({str, Decimal}),
        ),
        FieldKind(
            name="boolean",
            fields={models.BooleanField: fields.BooleanField},
            python=bool,
            drf=(serializers.BooleanField,),
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
            python=datetime,
            drf=(serializers.DateTimeField,),
            to_json=write_moment,
            openapi={"type": "string", "format": "date-time"},
            parse=parse_moment,
            graphql=scalars.DateTime,
            graphql_plain=frozenset({str, datetime}),
        ),
        FieldKind(
            name="date",
            fields={models.DateField: fields.DateField},
            python=date,
            drf=(serializers.DateField,),
            to_json=date.isoformat,
            openapi={"type": "string", "format": "date"},
            parse=parse_day,
            graphql=scalars.Date,
            graphql_plain=frozenset({str, date}),
        ),
        FieldKind(
            name="time",
            fields={models.TimeField: fields.TimeField},
            python=time,
            drf=(serializers.TimeField,),
            to_json=time.isoformat,
            # A time of RFC 3339, which the format "time" is, has a zone.
            openapi={"type": "string", "format": "time-local"},
            parse=parse_time,
            graphql=scalars.Time,
            graphql_plain=frozenset({str, time}),
        ),
        FieldKind(
            name="duration",
            fields={models.DurationField: fields.DurationField},
            python=timedelta,
            drf=(serializers.DurationField,),
            to_json=write_duration,
            openapi={"type": "string", "format": "duration"},
            parse=parse_duration,
            graphql=scalars.Duration,
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
            drf=(serializers.JSONField,),
            to_json=unchanged,
            openapi={},
            operators=EQUALITY,
            equals_lookup="json_equals",
            parse=parse_json,
            sortable=False,
            graphql=scalars.JSON,
            graphql_filter="JsonFilter",
            graphql_plain=frozenset({bool, int, float, str, list, dict}),
        ),
        FieldKind(
            name="file",
            fields=dict.fromkeys((models.FileField, models.ImageField), FileField),
            to_json=None,
            openapi=OBJECT,
            # `isNull` alone asks for it.
            operators=(),
            parse=values.parse_text,
            sortable=False,
            empty_is_null=True,
            graphql=StoredFile,
            graphql_operand=GraphQLString,
            graphql_filter="FileFilter",
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
