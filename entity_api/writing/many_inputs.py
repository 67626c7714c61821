"""The inputs of many rows: their ids and fields, and faults that stand under the index of a row."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.conf import settings
from rest_framework.exceptions import APIException, ValidationError

from api_http.faults import MAX_FAULTS, UNKNOWN_FIELD

Items = list[Any]
Changes = list[tuple[str, Any]]
# Refusals of a single row. Others, such as 503, are about the whole request.
ABOUT_A_ROW = (403, 404, 409)


def read_items(items: Any) -> Items:
    """Return the list of inputs. Raises ValidationError for another value, or a longer list."""
    most = settings.API_MAX_TAKE
    if not isinstance(items, list) or len(items) > most:
        raise ValidationError([f"This must be a list of at most {most} rows."])
    return items


def read_changes(items: Any) -> Changes:
    """Return the id and the fields of each `{"id": "…"}`. Raises ValidationError."""
    faults: dict[str, Any] = {}
    changes: Changes = []
    seen = set()
    for index, item in enumerate(read_items(items)):
        key = item.get("id") if isinstance(item, Mapping) else None
        if not isinstance(key, str):
            faults[str(index)] = {"id": ["This must be the id of a row, a text."]}
        elif key in seen:
            faults[str(index)] = {"id": ["This id is given twice."]}
        else:
            seen.add(key)
            changes.append((key, {name: value for name, value in item.items() if name != "id"}))
    if faults:
        raise ValidationError(faults)
    return changes


def read_keys(items: Any) -> list[str]:
    """Return the id of each `{"id": "…"}`, which has no other member. Raises ValidationError."""
    changes = read_changes(items)
    faults = {
        str(index): {name: [UNKNOWN_FIELD] for name in islice(data, MAX_FAULTS)}
        for index, (_, data) in enumerate(changes)
        if data
    }
    if faults:
        raise ValidationError(faults)
    return [key for key, _ in changes]


def place_refusal(error: APIException, index: int) -> APIException:
    """Return the refusal of the row at this index, with its faults under the index."""
    if isinstance(error, ValidationError):
        return ValidationError({str(index): error.detail})
    if error.status_code in ABOUT_A_ROW:
        detail: Any = error.detail
        faults = getattr(error, "faults", None) or [detail]
        error.faults = {str(index): faults}  # type: ignore[attr-defined]
    return error
