"""Creating or changing a row by one SQL statement, without a transaction around it, where that is all there is to do.

That is where the caller reaches all rows, the input names no link to many, and neither model, serializer nor viewset
has its own way of writing. Anything else has a transaction, which locks the row first (entity_api/rest/viewset.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connections
from rest_framework import serializers

from entity_api.access import deny_row, find_standing
from entity_api.description.hooks import WRITING
from entity_api.description.registry import describe_entity
from entity_api.description.serializer import EntitySerializer
from entity_api.description.values import parse_id
from entity_api.writing.ownership import has_many_owners
from statements.writing import is_plain, update

if TYPE_CHECKING:
    from entity_api.rest.viewset import EntityViewSet

# A serializer that overrides one of these writes in another way.
SERIALIZER_METHODS = ("create", "update", "save", "validate", "run_validation", "to_internal_value")


def writes_alone(viewset: EntityViewSet, data: Any, action: str) -> bool:
    """Whether the action, with this input, is one statement."""
    serializer = viewset.serializer_class
    return (
        isinstance(data, Mapping)
        and bool(data)
        and _is_plain(type(viewset), serializer)
        and is_plain(serializer.Meta.model)
        and not any(
            link.many and link.name in data
            for link in describe_entity(type(viewset)).relations.values()
        )
        and find_standing(viewset) is not None
        and viewset.reaches_all(action)
    )


@cache
def _is_plain(viewset: type[EntityViewSet], serializer: type[EntitySerializer]) -> bool:
    rows: Any = viewset.queryset
    return (
        not viewset.overrides(*WRITING)
        and all(getattr(serializer, name) is _own(name) for name in SERIALIZER_METHODS)
        and not any(
            hasattr(serializer, f"validate_{name}") for name in describe_entity(viewset).names
        )
        and not rows.query.has_filters()
        and not has_many_owners(serializer.Meta.model)
        and connections[rows.db].features.can_return_columns_from_insert
    )


def _own(name: str) -> Any:
    return getattr(EntitySerializer, name, getattr(serializers.ModelSerializer, name))


def change_alone(viewset: EntityViewSet, key: str, data: Any) -> Any:
    """Change the given fields of a row and give it as it is then; NotFound before ValidationError, as ever."""
    serializer: Any = viewset.get_serializer(data=data, partial=True)
    parsed = parse_id(key)
    if parsed is None or not serializer.is_valid():
        viewset.find(key, "partial_update")
        serializer.is_valid(raise_exception=True)
    row = update(serializer.Meta.model, parsed, serializer.validated_data, always=("updated_at",))
    if row is None:
        raise deny_row(viewset, "partial_update")
    return row
