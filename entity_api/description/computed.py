"""Read-only fields whose value a method of the serializer computes from the row."""

from __future__ import annotations

from collections.abc import Callable
from inspect import getdoc
from typing import Any

from rest_framework import serializers

from entity_api.description.kind_lookup import name_kind

Compute = Callable[[Any, Any], Any]


class ComputedField(serializers.Field[Any, Any, Any, Any]):
    """A field that `computed_field` makes. Its values are of the kind, in a list with `many`."""

    def __init__(self, compute: Compute, kind: str, *, nullable: bool, many: bool) -> None:
        self.compute = compute
        self.nullable = nullable
        # As the classes of fields name their kind, or the kind of the values in their list.
        self.kind, self.items = ("", kind) if many else (kind, "")
        super().__init__(
            source="*", read_only=True, allow_null=nullable, help_text=getdoc(compute) or ""
        )

    def to_representation(self, value: Any) -> Any:
        found = self.compute(self.parent, value)
        if found is None:
            return None
        kind = name_kind(self.kind or self.items, f"{type(self.parent).__name__}.{self.field_name}")
        write = kind.to_json or str
        return [write(item) for item in found] if self.items else write(found)


def computed_field(
    kind: str, *, nullable: bool = False, many: bool = False
) -> Callable[[Compute], ComputedField]:
    """Make a read-only field out of a method of an EntitySerializer.

    The method gets the row. `self` is the serializer, so `self.context["request"]` is the request.
    Name it in `Meta.fields` too. REST, OpenAPI and GraphQL show it under its camelCase name, with
    the method's docstring as its description. Conditions and `orderBy` cannot name it.

    `kind` is the name of the values' kind, such as "text", "integer" or "datetime". `nullable`
    allows the method to return `None`. With `many` it returns a list of such values.

    Returns a decorator. An unknown `kind` raises ImproperlyConfigured when the entity is described.
    """

    def decorate(compute: Compute) -> ComputedField:
        return ComputedField(compute, kind, nullable=nullable, many=many)

    return decorate
