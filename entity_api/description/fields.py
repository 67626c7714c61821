"""Serializer fields of single values. They are strict: a text is a text, and a number a number.

The table of kinds (kinds.py) names the model's fields that each of them is for.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.db.backends.base.operations import BaseDatabaseOperations
from rest_framework import serializers

from api_http.times import write_moment
from entity_api.description.moments import keep_milliseconds, parse_day, parse_moment
from entity_api.description.values import FLOAT_EXACT, FLOAT_MAX


class TextField(serializers.CharField):
    kind: ClassVar[str] = "text"

    def __init__(self, **kwargs: Any) -> None:
        # White space is content: a password or an address is stored as it was sent.
        super().__init__(**{"trim_whitespace": False, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class EmailField(TextField, serializers.EmailField):
    pass


class IntegerField(serializers.IntegerField):
    kind: ClassVar[str] = "integer"

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data % 1:
            self.fail("invalid")
        return int(data)


class BigIntegerField(IntegerField):
    kind: ClassVar[str] = "bigint"

    def to_internal_value(self, data: Any) -> int:
        # A JSON number of more than 64 bits arrives as a float, which is another number.
        if isinstance(data, float) and abs(data) > FLOAT_EXACT:
            self.fail("invalid")
        return super().to_internal_value(data)


class FloatField(serializers.FloatField):
    kind: ClassVar[str] = "float"

    def to_internal_value(self, data: Any) -> float:
        if (
            isinstance(data, bool)
            or not isinstance(data, int | float)
            or not abs(data) <= FLOAT_MAX
        ):
            self.fail("invalid")
        return float(data)


class BooleanField(serializers.BooleanField):
    kind: ClassVar[str] = "boolean"

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=type(data).__name__)
        return data


class DecimalField(serializers.DecimalField):
    kind: ClassVar[str] = "decimal"


class DateTimeField(serializers.DateTimeField):
    """A time with milliseconds, RFC 3339 both ways."""

    kind: ClassVar[str] = "datetime"

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return keep_milliseconds(parse_moment(value))
        except ValueError:
            self.fail("invalid", format="2026-01-31T12:00:00Z")

    def to_representation(self, value: datetime) -> str:
        return write_moment(value)


class DateField(serializers.DateField):
    kind: ClassVar[str] = "date"

    def to_internal_value(self, value: Any) -> date:
        try:
            return parse_day(value)
        except ValueError:
            self.fail("invalid", format="2026-01-31")


class IdField(serializers.UUIDField):
    kind: ClassVar[str] = "id"


def integer_range(internal_type: str) -> tuple[int, int]:
    """Return the least and the greatest value of an integer column, the same on each database."""
    return BaseDatabaseOperations.integer_field_ranges[internal_type]
