"""A system check on the limits that views set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.urls import URLPattern, URLResolver, get_resolver
from environs import ValidationError

from runtime.rates import ALLOWED, read_rate


def check_throttles(**_: object) -> list[checks.CheckMessage]:
    """Refuse a `throttle` that is no rate: each request to the view would fail."""
    views = dict.fromkeys(_list_views(get_resolver().url_patterns))
    faults = {_name(view, text): None for view in views for text in _list_wrong(view)}
    return [
        checks.Error(
            f"{name}, which is no rate.",
            hint=f"It may be {ALLOWED}.",
            id="api_http.E003",
        )
        for name in faults
    ]


def _list_views(patterns: Any) -> Iterator[type]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _list_views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and (view := getattr(pattern.callback, "cls", None)):
            yield view


def _list_wrong(view: type) -> Iterator[object]:
    actions = [getattr(view, name) for name in dir(view) if not name.startswith("_")]
    declared = [getattr(each, "kwargs", None) for each in actions]
    own = [each["throttle"] for each in declared if isinstance(each, dict) and "throttle" in each]
    for value in (getattr(view, "throttle", ""), *own):
        try:
            if value:
                read_rate(value)
        except (ValidationError, TypeError, AttributeError):
            yield value


def _name(view: type, value: object) -> str:
    return f"{view.__module__}.{view.__qualname__} has throttle = {value!r}"
