"""Serializer fields that take JSON values as they are: a text is a text, a number a number, nothing is converted."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime
from typing import Any, ClassVar, NoReturn

from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

from entity_api.description.entity import Kind
from entity_api.query.moments import keep_milliseconds, parse_day, parse_moment, write_moment
from entity_api.query.values import FLOAT_EXACT, FLOAT_MAX, parse_id

MAX_LINKS = 10_000


class TextField(serializers.CharField):
    kind: ClassVar[Kind] = "text"

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
    kind: ClassVar[Kind] = "integer"

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data % 1:
            self.fail("invalid")
        return int(data)


class BigIntegerField(IntegerField):
    kind: ClassVar[Kind] = "bigint"

    def to_internal_value(self, data: Any) -> int:
        # A JSON number of more than 64 bits arrives as a float, which is another number.
        if isinstance(data, float) and abs(data) > FLOAT_EXACT:
            self.fail("invalid")
        return super().to_internal_value(data)


class FloatField(serializers.FloatField):
    kind: ClassVar[Kind] = "float"

    def to_internal_value(self, data: Any) -> float:
        if (
            isinstance(data, bool)
            or not isinstance(data, int | float)
            or not abs(data) <= FLOAT_MAX
        ):
            self.fail("invalid")
        return float(data)


class BooleanField(serializers.BooleanField):
    kind: ClassVar[Kind] = "boolean"

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=type(data).__name__)
        return data


class DecimalField(serializers.DecimalField):
    kind: ClassVar[Kind] = "decimal"


class DateTimeField(serializers.DateTimeField):
    """A time with milliseconds, RFC 3339 both ways."""

    kind: ClassVar[Kind] = "datetime"

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return keep_milliseconds(parse_moment(value))
        except ValueError:
            self.fail("invalid", format="2026-01-31T12:00:00Z")

    def to_representation(self, value: datetime) -> str:
        return write_moment(value)


class DateField(serializers.DateField):
    kind: ClassVar[Kind] = "date"

    def to_internal_value(self, value: Any) -> date:
        try:
            return parse_day(value)
        except ValueError:
            self.fail("invalid", format="2026-01-31")


class IdField(serializers.UUIDField):
    kind: ClassVar[Kind] = "id"


def integer_range(internal_type: str) -> tuple[int, int]:
    """The least and the greatest value of an integer column, the same on every database."""
    return BaseDatabaseOperations.integer_field_ranges[internal_type]


def read_id(data: Any) -> Any:
    """Read the id out of `{"id": "…"}`; None where the id is one that no row can have."""
    if not isinstance(data, Mapping) or set(data) != {"id"} or not isinstance(data["id"], str):
        raise ValidationError('This must be {"id": "…"}.')
    return parse_id(data["id"])


def refuse_link(path: tuple[Any, ...] = ()) -> NoReturn:
    detail: Any = [ErrorDetail("There is nothing with this id to link to.", "does_not_exist")]
    for key in reversed((*path, "id")):
        detail = {str(key): detail}
    raise ValidationError(detail)


class ToOneLink(serializers.RelatedField[Any, Any, Any]):
    """A link to one row: `{"id": "…"}` or null, both ways. It costs a query when written and none when read."""

    def use_pk_only_optimization(self) -> bool:
        return True

    def run_validation(self, data: Any = empty) -> Any:
        # DRF reads an empty text as null, and so would clear the link.
        return self.to_internal_value(data) if data == "" else super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        key = read_id(data)
        linked = self.context["find_to_link"](self.field_name, key) if key else None
        return linked or refuse_link()

    def to_representation(self, value: Any) -> dict[str, str]:
        return {"id": str(value.pk)}


LinkChange = dict[str, list[Any]]
"""Rows to `connect`, to `disconnect`, or to `set` as the only ones."""


class ToMany(serializers.Field[Any, Any, Any, Any]):
    """A field whose value is a LinkChange of the rows on the other side, written after the row itself."""


class ToManyLinks(ToMany):
    """A link to many rows, write-only: `{"connect": [{"id": "…"}]}`, on an update also `disconnect` and `set`."""

    def __init__(self, *, queryset: QuerySet[Any], **kwargs: Any) -> None:
        self.queryset = queryset
        super().__init__(**{"write_only": True, "required": False, "allow_null": True, **kwargs})

    def to_internal_value(self, data: Any) -> LinkChange:
        allowed = ("connect",) if self.parent.instance is None else ("connect", "disconnect", "set")
        if not isinstance(data, Mapping) or not set(data) <= set(allowed):
            raise ValidationError(
                f"This must be a mapping of {' or '.join(allowed)} to a list of links."
            )
        rows = self.context["link_scope"](self.field_name).rows
        return {
            verb: find_linked(rows, items, (verb,))
            for verb, items in data.items()
            if items is not None
        }

    def to_representation(self, value: Any) -> None:
        return None


# Fields whose state is plain values, none of which is changed in its place but the list of validators.
SIMPLE_FIELDS = frozenset(
    {
        BigIntegerField,
        BooleanField,
        DateField,
        DateTimeField,
        DecimalField,
        EmailField,
        FloatField,
        IdField,
        IntegerField,
        TextField,
        ToManyLinks,
        ToOneLink,
    }
)


def copy_field(field: serializers.Field[Any, Any, Any, Any]) -> Any:
    """Copy a field that has no serializer yet. DRF makes one anew for that, which takes ten times as long."""
    if type(field) not in SIMPLE_FIELDS:
        return deepcopy(field)
    copied: Any = object.__new__(type(field))
    copied.__dict__.update(field.__dict__)
    copied.validators = list(field.validators)
    return copied


def find_linked(queryset: QuerySet[Any], data: Any, path: tuple[Any, ...] = ()) -> list[Model]:
    """Find the rows that `[{"id": "…"}]` names, in one query. Raises ValidationError at the first that is none."""
    if not isinstance(data, list) or len(data) > MAX_LINKS:
        raise ValidationError(f'This must be a list of at most {MAX_LINKS} links {{"id": "…"}}.')
    ids = [_read_item(item, position, path) for position, item in enumerate(data)]
    found = queryset.in_bulk([value for value in ids if value])
    missing = next((position for position, value in enumerate(ids) if value not in found), None)
    if missing is not None:
        refuse_link((*path, missing))
    return list(found.values())


def _read_item(item: Any, position: int, path: tuple[Any, ...]) -> Any:
    try:
        return read_id(item)
    except ValidationError as error:
        nested: Any = error.detail
        for key in reversed((*path, position)):
            nested = {str(key): nested}
        raise ValidationError(nested) from None
