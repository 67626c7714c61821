"""The hooks of a viewset, and of all viewsets to which its links lead."""

from __future__ import annotations

from functools import cache
from typing import Any

from entity_api.description.registry import VIEWSETS, describe_entity


@cache
def find_own_hook(viewset: type) -> str:
    """Return the hook by which this viewset or a linked one chooses rows or fields.

    Empty if there is no such hook: then the permission classes alone decide.
    """
    for each in _list_linked(viewset):
        hooks = each.list_hooks("rows", "fields", "access")
        if hooks:
            return f"{each.__name__}.{hooks[0]}"
    return ""


@cache
def asks_alike(viewset: type) -> bool:
    """Return whether the permission classes decide alone, and are the same for linked entities."""
    linked = _list_linked(viewset)
    alike = all(each.permission_classes == linked[0].permission_classes for each in linked)
    return alike and not find_own_hook(viewset)


def _list_linked(viewset: type) -> list[Any]:
    """Return the viewset, and all to which its links lead, over several links as well."""
    found: list[Any] = [viewset]
    for each in found:
        targets = [link.target for link in describe_entity(each).relations.values()]
        served = [VIEWSETS[model] for model in targets if model in VIEWSETS]
        found += [other for other in dict.fromkeys(served) if other not in found]
    return found
