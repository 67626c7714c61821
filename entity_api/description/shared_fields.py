"""Serializers that share their fields, which are bound once for each class.

To copy and bind the fields takes longer than to check an input. No code of the project may get
such a serializer: it could change a field for all requests.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from rest_framework.utils.serializer_helpers import BindingDict

from entity_api.description.field_copies import copy_field
from entity_api.description.kind_lookup import find_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entity_api.description.serializer import EntitySerializer

# Methods that may make the fields of each serializer anew.
MAKERS = ("__init__", "__new__", "get_fields", "fields")


def open_shared(
    cls: type[EntitySerializer], data: Any, context: Mapping[str, Any], *, partial: bool
) -> Any:
    """Return a serializer of an input.

    It has fields of its own where a field asks for the request, or may keep something of it.
    """
    pattern, own = _bind_pattern(cls, partial)
    serializer: Any = object.__new__(cls)
    vars(serializer).update(vars(pattern), initial_data=data, _context=context)
    fields: Any = BindingDict(serializer)
    fields.fields.update(pattern.fields.fields)
    for name, field in own.items():
        fields[name] = copy_field(field)
    vars(serializer)["fields"] = fields
    return serializer


def can_share(cls: type[EntitySerializer], base: type[EntitySerializer]) -> bool:
    """Return whether all serializers of the class have the same fields."""
    return all(getattr(cls, name) is getattr(base, name) for name in MAKERS)


@cache
def _bind_pattern(cls: type[EntitySerializer], partial: bool) -> tuple[Any, dict[str, Any]]:  # noqa: FBT001 (a key)
    """Return a serializer with bound fields, and unbound copies of those that are not shared."""
    pattern: Any = cls(partial=partial)
    pattern.validators  # noqa: B018 (keeps them)
    unbound = pattern.get_fields()
    return pattern, {name: field for name, field in unbound.items() if _asks_request(field)}


def _asks_request(field: Any) -> bool:
    cls: Any = type(field)
    asking = (*field.validators, field.default)
    has_context = any(getattr(each, "requires_context", False) for each in asking)
    return has_context or find_kind(cls) is None
