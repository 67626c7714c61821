"""Rows that write only those of their columns that were changed."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from functools import partial
from typing import Any


def watch(row: Any) -> None:
    """Let `row.save()` write only the columns that are changed from now on.

    Two people, or a person and the API, may then change different columns of the same row.
    """
    row.loaded = _read_values(row)
    row.save = partial(_save_changed, row)


def touch(row: Any) -> None:
    """Let the next `row.save()` renew the time of the last change too."""
    for name in _list_stamps(row):
        row.loaded.pop(name, None)


def _save_changed(row: Any, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
    if update_fields is None:
        update_fields = _list_changed(row)
        if not update_fields:
            return
    type(row).save(row, update_fields=update_fields, **options)
    row.loaded = _read_values(row)


def _list_changed(row: Any) -> list[str]:
    values, loaded = _read_values(row), row.loaded
    changed = [name for name in values if name not in loaded or loaded[name] != values[name]]
    return list(dict.fromkeys([*changed, *_list_stamps(row)])) if changed else []


def _list_stamps(row: Any) -> list[str]:
    return [field.name for field in row._meta.concrete_fields if getattr(field, "auto_now", False)]


def _read_values(row: Any) -> dict[str, Any]:
    """Return the values by field name, without those that were never read from the database."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    known = [field for field in fields if field.attname in vars(row)]
    return {field.name: _copy(vars(row)[field.attname]) for field in known}


def _copy(value: Any) -> Any:
    # Only these can be changed in their place.
    return deepcopy(value) if isinstance(value, dict | list) else value
