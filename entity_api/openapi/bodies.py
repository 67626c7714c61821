"""Bodies that are lists in the OpenAPI document: links, and many rows at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings

from entity_api.description.key_fields import is_fixed
from entity_api.description.serializer import EntitySerializer

BULK_SUMMARIES = {
    "create": "Create many {plural}: all of them, or none",
    "partial_update": "Change many {plural}: all of them, or none",
    "destroy": "Delete many {plural}: all of them, or none",
}
LINK = {
    "type": "object",
    "properties": {"id": {"type": "string"}},
    "required": ["id"],
    "additionalProperties": False,
}


def describe_links(most: int) -> dict[str, Any]:
    """Return the request body of at most so many `{"id": "…"}`."""
    return _describe_list(LINK, most)


def add_bulk_input(
    action: str, operation: dict[str, Any], describe_change: Callable[[], dict[str, Any]]
) -> None:
    """Add the request body of many rows to the operation."""
    most = settings.API_MAX_TAKE
    if action == "destroy":
        operation["requestBody"] = describe_links(most)
    elif action == "partial_update":
        operation["requestBody"] = _describe_list(describe_change(), most)
    else:
        # There is no body where no field can be written.
        for content in operation.get("requestBody", {}).get("content", {}).values():
            content["schema"]["maxItems"] = most


def add_id(change: dict[str, Any] | None) -> dict[str, Any]:
    """Return the schema of a change with the id of the changed row.

    drf-spectacular has no schema, `None`, where no field can be changed.
    """
    change = change or {"type": "object", "properties": {}, "additionalProperties": False}
    properties = {"id": {"type": "string"}, **change["properties"]}
    return {**change, "properties": properties, "required": ["id"]}


def drop_fixed(serializer: type[Any], schema: dict[str, Any]) -> None:
    """Leave out what is written at creation only: the key of a row."""
    fields = serializer().fields.items() if issubclass(serializer, EntitySerializer) else ()
    for name, field in fields:
        if is_fixed(serializer.Meta.model, str(field.source)):
            schema.get("properties", {}).pop(name, None)


def _describe_list(items: dict[str, Any], most: int) -> dict[str, Any]:
    schema = {"type": "array", "items": items, "maxItems": most}
    return {"content": {"application/json": {"schema": schema}}, "required": True}
