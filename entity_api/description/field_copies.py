"""Copies of a serializer's fields: each serializer has its own."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from rest_framework import serializers

from entity_api.description.computed import ComputedField
from entity_api.description.kind_lookup import find_kind
from entity_api.description.link_fields import ToManyLinks, ToOneLink


def copy_field(field: serializers.Field[Any, Any, Any, Any]) -> Any:
    """Return a copy of a field that has no serializer yet.

    DRF makes a new field for each copy, which takes ten times as long. A field of the engine holds
    plain values, and the list of validators is all that changes in its place.
    """
    cls: Any = type(field)
    if cls not in (ComputedField, ToOneLink, ToManyLinks) and not find_kind(cls):
        return deepcopy(field)
    copied: Any = object.__new__(cls)
    copied.__dict__.update(field.__dict__)
    copied.validators = list(field.validators)
    return copied
