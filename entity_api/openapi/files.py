"""The routes of files in the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.types import OpenApiTypes

from entity_api.access import is_public
from entity_api.description.registry import describe_entity
from entity_api.files.use_cases import PART

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks

SUMMARIES = {
    "GET": "Read the {file} of one {name}",
    "POST": "Put a file into the {file} of one {name}",
    "DELETE": "Delete the {file} of one {name}",
}
SENT = {("200", "application/octet-stream"): OpenApiTypes.BINARY}
NAMES = {"GET": "get{file}Of{name}", "POST": "set{file}Of{name}", "DELETE": "delete{file}Of{name}"}


def name_file_operation(view: Any, method: str) -> str:
    """Return the name of the operation on a file, such as `setScanOfPaper`."""
    viewset: type[EntityHooks] = type(view)
    file = view.file[:1].upper() + view.file[1:]
    return NAMES[method].format(file=file, name=describe_entity(viewset).name)


def summarise_file(view: Any, method: str) -> str:
    """Return what the operation on a file does, in one line."""
    names = view.queryset.model._meta
    return SUMMARIES[method].format(file=view.file, name=names.verbose_name)


def describe_form() -> dict[str, Any]:
    """Return the request body that carries a file."""
    form = {
        "type": "object",
        "properties": {
            PART: {
                "type": "string",
                "format": "binary",
                "contentMediaType": "application/octet-stream",
            }
        },
        "required": [PART],
        "additionalProperties": False,
    }
    return {"content": {"multipart/form-data": {"schema": form}}, "required": True}


def find_file_answer(method: str, shown: Any) -> Any:
    """Return what a route of a file answers: its bytes, or the row after a change of it."""
    if method == "GET":
        return SENT
    return {"200": shown}


def is_file_public(view: Any) -> bool:
    """Return whether the route of a file needs no credentials."""
    return is_public(view, view.action, view.file)
