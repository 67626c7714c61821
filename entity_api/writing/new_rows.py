"""New rows of a model, before they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Model


def make_row(model: type[Model], values: Mapping[str, Any]) -> Any:
    """Return a new row with these values.

    A default of a decimal gets as many digits as its column keeps. So the answer to a creation
    shows the same text as a later read.
    """
    row = model(**values)
    for field in _list_decimals(model):
        value = getattr(row, field.attname)
        if field.name not in values and isinstance(value, int | float | str | Decimal):
            digits = Decimal(1).scaleb(-field.decimal_places)
            # The context of the field holds all its digits.
            setattr(
                row, field.attname, field.to_python(value).quantize(digits, None, field.context)
            )
    return row


def _list_decimals(model: type[Model]) -> list[DecimalField[Any, Any]]:
    fields = model._meta.concrete_fields
    return [field for field in fields if isinstance(field, DecimalField)]
