"""Serializer fields of single values. They are strict: a text is a text, and a number a number.

The table of kinds (kinds.py) names the model's fields that each of them is for.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db.backends.base.operations import BaseDatabaseOperations
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from api_http.json import write_duration, write_moment
from entity_api.description.json_values import confirm_json
from entity_api.description.moments import (
    keep_milliseconds,
    parse_day,
    parse_duration,
    parse_moment,
    parse_time,
)
from entity_api.description.values import (
    FLOAT_EXACT,
    FLOAT_MAX,
    parse_decimal,
    parse_known_id,
    write_decimal,
)

# A message shows no more of a wrong value.
MOST_SHOWN = 100


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


class UrlField(TextField, serializers.URLField):
    pass


class SlugField(TextField, serializers.SlugField):
    pass


class IPAddressField(TextField, serializers.IPAddressField):
    kind: ClassVar[str] = "ip"


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
    """A decimal number, from a number or a text; shown as a text that keeps its digits."""

    kind: ClassVar[str] = "decimal"

    def to_internal_value(self, data: Any) -> Decimal:
        # A longer JSON number has lost digits already. Its text would be exact.
        if isinstance(data, float) and abs(data) > FLOAT_EXACT:
            self.fail("invalid")
        try:
            number = parse_decimal(data)
        except ValueError:
            self.fail("invalid")
        return self.quantize(self.validate_precision(number))

    def to_representation(self, value: Decimal) -> str:
        return write_decimal(value)


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


class TimeField(serializers.TimeField):
    """A time of a day without a zone."""

    kind: ClassVar[str] = "time"

    def to_internal_value(self, value: Any) -> time:
        try:
            return parse_time(value)
        except ValueError:
            self.fail("invalid", format="12:30:00")

    def to_representation(self, value: time) -> str:
        return value.isoformat()


class DurationField(serializers.DurationField):
    """A duration, ISO 8601 both ways."""

    kind: ClassVar[str] = "duration"

    def to_internal_value(self, value: Any) -> timedelta:
        try:
            return parse_duration(value)
        except ValueError:
            self.fail("invalid", format="P1DT12H")

    def to_representation(self, value: timedelta) -> str:
        return write_duration(value)


class JSONField(serializers.JSONField):
    kind: ClassVar[str] = "json"

    def to_internal_value(self, data: Any) -> Any:
        try:
            confirm_json(data)
        except ValueError as error:
            raise ValidationError(f"This must be {error}.", "invalid") from None
        return data


class ChoiceField(serializers.ChoiceField):
    """One of a few values, which has to be of the type of the values: "1" is not 1."""

    kind: ClassVar[str] = "choice"

    def to_internal_value(self, data: Any) -> Any:
        if data == "" and self.allow_blank:
            return ""
        if isinstance(data, str | int | float) and not isinstance(data, bool):
            for value in self.choices:
                if value == data:
                    return value
        return self.fail("invalid_choice", input=str(data)[:MOST_SHOWN])


class ChoiceListField(ChoiceField):
    """Several of a few values: a list that holds each value at most once."""

    kind: ClassVar[str] = "choices"

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            raise ValidationError("This must be a list.", "not_a_list")
        found: list[Any] = []
        for position, item in enumerate(data):
            try:
                value = super().to_internal_value(item)
            except ValidationError as error:
                raise ValidationError({str(position): error.detail}) from None
            if value in found:
                raise ValidationError({str(position): "This value is given twice."}, "duplicate")
            found.append(value)
        return found

    def to_representation(self, value: Any) -> Any:
        return value


class IdField(serializers.UUIDField):
    kind: ClassVar[str] = "id"

    def to_internal_value(self, data: Any) -> UUID:
        try:
            return parse_known_id(data)
        except ValueError:
            self.fail("invalid", value=str(data)[:MOST_SHOWN])


def integer_range(internal_type: str) -> tuple[int, int]:
    """Return the least and the greatest value of an integer column, the same on each database."""
    return BaseDatabaseOperations.integer_field_ranges[internal_type]
