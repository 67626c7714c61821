"""The serializer's field of a file: an object with facts about it, and where it is read."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from django.urls import NoReverseMatch, URLResolver, get_resolver, get_script_prefix, reverse
from graphql import GraphQLField, GraphQLFloat, GraphQLNonNull, GraphQLObjectType, GraphQLString
from rest_framework import serializers

from entity_api.description.row_values import read_field
from entity_api.files.names import read_facts

if TYPE_CHECKING:
    from django.db.models import Model

# JSON schema of the object.
OBJECT: dict[str, Any] = {
    "type": "object",
    "description": "A file. Its bytes are at `url`, for the callers who may view the field.",
    "properties": {
        "name": {"type": "string"},
        "size": {"type": "integer", "format": "int64", "description": "In bytes"},
        "contentType": {"type": "string", "description": "By the content of the file"},
        "url": {"type": "string", "format": "uri-reference"},
    },
    "required": ["name", "size", "contentType", "url"],
}
_TYPES = {"name": GraphQLString, "size": GraphQLFloat, "contentType": GraphQLString}
StoredFile = GraphQLObjectType(
    "StoredFile",
    {
        name: GraphQLField(GraphQLNonNull(type_), resolve=read_field)
        for name, type_ in (*_TYPES.items(), ("url", GraphQLString))
    },
    description="A file. Its bytes are at `url`, for the callers who may view the field.",
)


class FileField(serializers.FileField):
    """A file, which JSON only shows. It is written by a route of its own (rest/files.py).

    With `read_only` it has no such route.
    """

    kind: ClassVar[str] = "file"
    # A reading may ask it without a serializer around it (reading/encoder.py).
    reads_alone = True

    def __init__(self, **kwargs: Any) -> None:
        self.is_uploaded = not kwargs.get("read_only", False)
        super().__init__(**{**kwargs, "read_only": True, "required": False, "allow_null": True})

    def to_representation(self, value: Any) -> Any:
        facts = read_facts(value) if value else None
        if facts is None:
            return None
        parent: Any = self.parent
        return {
            "name": facts.name,
            "size": facts.size,
            "contentType": facts.type.media_type,
            "url": find_address(parent.Meta.model, str(self.field_name), value.instance.pk),
        }


def name_route(model: type[Model], field: str) -> str:
    """Return the name of the route of a file. The router gives it."""
    return f"file-{model._meta.label_lower}-{field}"


def find_address(model: type[Model], field: str, key: object) -> str:
    """Return the path of a row's file, with the prefix under which the service runs.

    It is empty where no router serves the file.
    """
    found = _find_route(get_resolver(), get_script_prefix(), name_route(model, field))
    return quote(str(key), safe="").join(found) if found else ""


@lru_cache(maxsize=1024)
def _find_route(resolver: URLResolver, _prefix: str, name: str) -> tuple[str, str] | None:
    """Return what stands before and after the id in the path of a route, in any namespace.

    `None` where no router serves the file.
    """
    for space in ("", *(f"{each}:" for each in resolver.namespace_dict)):
        try:
            path = reverse(f"{space}{name}", kwargs={"id": "~"})
        except NoReverseMatch:
            continue
        before, _, after = path.rpartition("~")
        return before, after
    return None
