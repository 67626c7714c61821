"""What an answer always holds, in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.plumbing import force_instance

from entity_api.access import may_withhold
from entity_api.description.registry import VIEWSETS
from entity_api.description.serializer import SHOW, EntitySerializer


def list_sent(serializer: Any, schema: dict[str, Any]) -> list[str]:
    """Return the names of the fields that each answer of the serializer has.

    A row has all its fields, null where they are empty, but those that a permission withholds. A
    serializer that shows its rows in its own way is believed.
    """
    declared: list[str] = schema.get("required", [])
    serializer = force_instance(serializer)  # type: ignore[no-untyped-call]
    if not isinstance(serializer, EntitySerializer) or SHOW in serializer.overridden:
        return declared
    viewset = VIEWSETS.get(serializer.Meta.model)
    if viewset is None:
        return declared
    view = viewset()
    return sorted(name for name in schema["properties"] if not may_withhold(view, name))
