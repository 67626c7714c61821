"""The links in the input of a row that other rows store: they are written after the row itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import ErrorDetail, ValidationError

from entity_api.description.link_fields import (
    ToMany,
    ToManyLinks,
    ToOneLink,
    is_stored_elsewhere,
)
from entity_api.writing.link_changes import Linkable, change_back_link, change_links
from entity_api.writing.problems import Conflict

if TYPE_CHECKING:
    from django.db.models import Model

Values = dict[str, Any]


def split_links(serializer: Any, validated: Mapping[str, Any]) -> tuple[Values, Values]:
    """Return the values of the row's own columns, and the links that other rows store."""
    elsewhere = {
        str(field.source): isinstance(field, ToMany)
        for field in serializer.fields.values()
        if is_stored_elsewhere(field)
    }
    values = {name: value for name, value in validated.items() if name not in elsewhere}
    links = {name: value for name, value in validated.items() if name in elsewhere}
    return values, {name: value for name, value in links.items() if value or not elsewhere[name]}


def save_links(serializer: Any, instance: Model, links: Mapping[str, Any]) -> bool:
    """Write what other rows store, and return whether any of it has changed.

    Raises ValidationError, Conflict and PermissionDenied. Their faults stand under the field.
    """
    changes = []
    for field in serializer.fields.values():
        if str(field.source) not in links:
            continue
        change = links[str(field.source)]
        if isinstance(field, ToOneLink):
            changes.append(_save_back_link(serializer, instance, field, change))
            continue
        changes += [
            _save_many(serializer, instance, field, verb, rows) for verb, rows in change.items()
        ]
    return any(changes)


def _save_back_link(serializer: Any, instance: Model, field: ToOneLink, row: Any) -> bool:
    name = str(field.field_name)
    scope: Linkable = serializer.context["link_scope"](name)
    try:
        return change_back_link(instance, str(field.source), row, scope)
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from None
    except Conflict as error:
        faults = {name: [ErrorDetail(str(error.detail), "unique")]}
        raise Conflict(str(error.detail), faults) from None


def _save_many(serializer: Any, instance: Model, field: Any, verb: str, rows: list[Any]) -> bool:
    find: Any = serializer.context["link_scope"] if isinstance(field, ToManyLinks) else None
    scope: Linkable | None = find(field.field_name) if find else None
    try:
        return change_links(instance, str(field.source), verb, rows, scope)
    except ValidationError as error:
        raise ValidationError({field.field_name: {verb: error.detail}}) from None
