"""The lists that a project serves. The first screen and GraphiQL show the first as an example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, get_resolver


def find_first_list() -> str:
    """Return the path of the first list in the URLconf, such as `/api/users`, or an empty text."""
    return next(find_lists(), "")


def find_lists() -> Iterator[str]:
    """Yield the path of each list, in the order of the URLconf."""
    return _find_lists(get_resolver().url_patterns, "")


def _find_lists(patterns: Any, before: str) -> Iterator[str]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from _find_lists(pattern.url_patterns, path)
        # The views of a router of Django REST framework know their actions.
        elif getattr(pattern.callback, "actions", {}).get("get") == "list":
            address = simplify_regex(path)
            if "<" not in address:
                yield address
