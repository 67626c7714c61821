"""The serializer's field of an id. It is read-only, unless a client gives the id of a new row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.utils.model_meta import RelationInfo

from entity_api.description.keys import (
    has_integer_key,
    has_text_key,
    is_key_given,
    name_key,
    parse_known_key,
)

if TYPE_CHECKING:
    from django.db.models import Model

ID = "id"
# The addresses of an entity have other meanings of these texts.
RESERVED = frozenset({".", "..", "bulk"})


class IntegerKeyField(serializers.Field[Any, Any, Any, Any]):
    """An id that is a number in the database, and a text on the wire."""

    kind: ClassVar[str] = "id"
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "This must be a whole number of the column's range, as a text."
    }

    def to_internal_value(self, data: Any) -> Any:
        serializer: Any = self.parent
        try:
            return parse_known_key(serializer.Meta.model, data)
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: Any) -> str:
        return str(value)


def confirm_text_key(value: str) -> None:
    """Raise ValidationError for an id that would have no address of its own."""
    if not value or "/" in value or value in RESERVED:
        raise ValidationError(
            f"An id has no slash, and is none of {', '.join(sorted(RESERVED))}.", "invalid"
        )


def complete_key(
    model: type[Model], field_class: Any, kwargs: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """Return the field of the id, out of the field that the key's column would have."""
    if has_integer_key(model):
        field_class, kwargs = IntegerKeyField, {}
    path = name_key(model)
    source = {} if path == ID else {"source": "pk" if "__" in path else path}
    if not is_key_given(model):
        return field_class, {"read_only": True, **source}
    kwargs = leave_out(kwargs, "read_only", "required")
    if has_text_key(model):
        kwargs["validators"] = [*kwargs.get("validators", ()), confirm_text_key]
        kwargs["allow_blank"] = False
    return field_class, {**kwargs, **source}


def is_fixed(model: type[Model], source: str) -> bool:
    """Return whether a field is written at creation only, as it is the key of the row."""
    key: Any = model._meta.pk
    return source in (key.name, name_key(model))


def find_link_key(model: type[Model], name: str) -> RelationInfo | None:
    """Return what Django REST framework knows of a link, for the link that is the key."""
    key: Any = model._meta.pk
    if key.name != name or key.remote_field is None:
        return None
    to_field: Any = None
    return RelationInfo(key, key.related_model, False, to_field, False, False)  # noqa: FBT003


def leave_out(options: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return the options without those of these names."""
    return {name: value for name, value in options.items() if name not in names}
