"""`after`: the place where a page of a list begins.

It holds the values of the row before the page for the keys of the order, as base64url of a JSON
array. Clients take it from `Link: rel="next"` and send it back. The database finds a place by its
values at the same cost at any depth. Rows that are added or deleted meanwhile do not move others.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
from django.db.models import Model
from rest_framework.exceptions import ValidationError

from api_http.json import write_duration
from entity_api.description.field_kind import FieldKind
from entity_api.description.keys import show_key
from entity_api.query.errors import refuse
from entity_api.query.ordering import OrderKey

# Proxies and servers refuse addresses of much more than twice this length.
MAX_AFTER = 4_000
PATTERN = f"^[A-Za-z0-9_-]{{1,{MAX_AFTER}}}$"

Keys = Sequence[OrderKey]


def write_position(keys: Keys, shown: Mapping[str, Any], row: Any) -> str | None:
    """Return the position after a row in wire form; `None` where that form is not enough.

    A field may show another value than the column that orders the rows. `row` may be an instance of
    the model; then its values are compared. It has the values of linked rows under their columns.
    """
    if any(key.kind is None for key in keys):
        return None
    text = _encode([_show_value(key, shown, row) for key in keys])
    if len(text) > MAX_AFTER:
        return None
    if not isinstance(row, Model):
        return text
    try:
        values = read_position(keys, text)
    except ValidationError:
        return None
    return text if values == [getattr(row, key.column) for key in keys] else None


def _encode(values: list[Any]) -> str:
    # Times keep all their digits here: a row may be stored with more than milliseconds.
    dumped = orjson.dumps(
        values, default=_write_rest, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC
    )
    return urlsafe_b64encode(dumped).rstrip(b"=").decode()


def _write_rest(value: Any) -> str:
    return write_duration(value) if isinstance(value, timedelta) else str(value)


def _show_value(key: OrderKey, shown: Mapping[str, Any], row: Any) -> Any:
    if key.is_linked:
        value = row[key.column] if isinstance(row, Mapping) else getattr(row, key.column)
        return show_key(value) if key.kind and key.kind.parse_id else value
    if not key.link:
        return shown.get(key.name)
    link = shown.get(key.link.name)
    return link.get("id") if isinstance(link, Mapping) else link


def read_position(keys: Keys, text: object) -> list[Any]:
    """Return the values in `after`. Raises ValidationError if no list in this order gave it."""
    values = _decode(text)
    if not isinstance(values, list) or len(values) != len(keys):
        raise _refuse()
    return [_read_value(key, value) for key, value in zip(keys, values, strict=True)]


def _decode(text: object) -> Any:
    if not isinstance(text, str) or not re.fullmatch(PATTERN, text, re.ASCII):
        raise _refuse()
    try:
        return orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise _refuse() from None


def _read_value(key: OrderKey, value: object) -> Any:
    if key.kind is None or (value is None and not key.nullable):
        raise _refuse()
    try:
        return None if value is None else _parse(key.kind, value)
    except ValueError:
        raise _refuse() from None


def _parse(kind: FieldKind, value: Any) -> Any:
    is_known = isinstance(value, kind.json_types)
    # A bool is an int in Python.
    if not is_known or (isinstance(value, bool) and bool not in kind.json_types):
        raise ValueError(value)
    parse = kind.parse_stored or kind.parse
    return parse(value)


def _refuse() -> ValidationError:
    detail = "This is not the value of a link to the next page of a list in this order."
    return refuse(("after",), detail)
