"""Serializer fields of relations: `{"id": "…"}` for a row, changes of links for many rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

from entity_api.description.keys import parse_key
from entity_api.description.model_links import find_model_link, holds_id, leads_back

MAX_LINKS = 10_000


def read_id(model: type[Model], data: Any) -> Any:
    """Return the id in `{"id": "…"}`; `None` for an id that no row can have."""
    if not isinstance(data, Mapping) or set(data) != {"id"} or not isinstance(data["id"], str):
        raise ValidationError('This must be {"id": "…"}.')
    return parse_key(model, data["id"])


def refuse_link(path: tuple[Any, ...] = ()) -> NoReturn:
    detail: Any = [ErrorDetail("There is nothing with this id to link to.", "does_not_exist")]
    for key in reversed((*path, "id")):
        detail = {str(key): detail}
    raise ValidationError(detail)


class ToOneLink(serializers.RelatedField[Any, Any, Any]):
    """A relation to one row: `{"id": "…"}` or null, both ways. A write of it costs a query.

    If it `is_back`, the other row holds the link, and is written after the row itself.
    """

    @property
    def is_back(self) -> bool:
        serializer: Any = self.parent
        return leads_back(serializer.Meta.model, str(self.source))

    def use_pk_only_optimization(self) -> bool:
        serializer: Any = self.parent
        return holds_id(find_model_link(serializer.Meta.model, str(self.source)))

    def run_validation(self, data: Any = empty) -> Any:
        # DRF reads an empty text as null. That would clear the link.
        return self.to_internal_value(data) if data == "" else super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        serializer: Any = self.parent
        link = find_model_link(serializer.Meta.model, str(self.source))
        key = read_id(link.related_model, data)
        if key is None:
            refuse_link()
        if self.is_back:
            rows = self.context["link_scope"](self.field_name).choices
            return rows.filter(pk=key).first() or refuse_link()
        return self.context["find_to_link"](self.field_name, key) or refuse_link()

    def to_representation(self, value: Any) -> dict[str, str]:
        return {"id": str(value.pk)}


class TakenRow(serializers.PrimaryKeyRelatedField[Any]):
    """A row that an own action takes: `{"id": "…"}`. It has to be in the caller's view."""

    def run_validation(self, data: Any = empty) -> Any:
        # As above.
        return self.to_internal_value(data) if data == "" else super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        scope = self.context["find_seen"](self.get_queryset())
        key = read_id(scope.rows.model, data)
        found = None if key is None else scope.rows.filter(pk=key).first()
        return found if found and scope.shows([found]) else refuse_link()

    def to_representation(self, value: Any) -> dict[str, str]:
        return {"id": str(value.pk)}


class TakenRows(serializers.ManyRelatedField):
    """Rows that an own action takes, found by one query."""

    def to_internal_value(self, data: Any) -> list[Model]:
        relation: Any = self.child_relation
        scope = self.context["find_seen"](relation.get_queryset())
        found = find_linked(scope.rows, data)
        if not found and not self.allow_empty:
            self.fail("empty")
        return found if scope.shows(found) else refuse_link()


LinkChange = dict[str, list[Any]]
"""The rows to `connect`, to `disconnect`, or to `set` in place of all others."""


class ToMany(serializers.Field[Any, Any, Any, Any]):
    """A field whose value is a LinkChange of other rows. It is written after the row itself."""


class ToManyLinks(ToMany):
    """A relation to many rows, write-only: `{"connect": [{"id": "…"}]}`.

    An update also takes `disconnect` and `set`. With `read_only` the links are changed elsewhere.
    """

    def __init__(self, *, queryset: Any = None, read_only: bool = False, **kwargs: Any) -> None:
        self.queryset = queryset
        super().__init__(**{"write_only": True, "required": False, "allow_null": True, **kwargs})
        # No row in JSON shows the links, and no input takes them. Django REST framework refuses
        # both words together.
        self.read_only = read_only

    def to_internal_value(self, data: Any) -> LinkChange:
        allowed = ("connect",) if self.parent.instance is None else ("connect", "disconnect", "set")
        if not isinstance(data, Mapping) or not set(data) <= set(allowed):
            raise ValidationError(
                f"This must be a mapping of {' or '.join(allowed)} to a list of links."
            )
        scope = self.context["link_scope"](self.field_name)
        return {
            verb: find_linked(choose_rows(scope, verb), items, (verb,))
            for verb, items in data.items()
            if items is not None
        }

    def to_representation(self, value: Any) -> None:
        return None


def choose_rows(scope: Any, verb: str) -> QuerySet[Any]:
    """Return the rows that may be named: to disconnect, those as well that no new link may have."""
    rows: QuerySet[Any] = scope.rows if verb == "disconnect" else scope.choices
    return rows


def is_stored_elsewhere(field: Any) -> bool:
    """Return whether a serializer's field is written as changes of other rows than its own."""
    return isinstance(field, ToMany) or (isinstance(field, ToOneLink) and field.is_back)


def find_linked(queryset: QuerySet[Any], data: Any, path: tuple[Any, ...] = ()) -> list[Model]:
    """Return the rows that `[{"id": "…"}]` names, found by one query.

    Raises ValidationError for the first id without a row; `path` leads to the list.
    """
    if not isinstance(data, list) or len(data) > MAX_LINKS:
        raise ValidationError(f'This must be a list of at most {MAX_LINKS} links {{"id": "…"}}.')
    model = queryset.model
    ids = [_read_item(model, item, (*path, position)) for position, item in enumerate(data)]
    found = queryset.in_bulk([value for value in ids if value is not None])
    missing = next((position for position, value in enumerate(ids) if value not in found), None)
    if missing is not None:
        refuse_link((*path, missing))
    return list(found.values())


def _read_item(model: type[Model], item: Any, path: tuple[Any, ...]) -> Any:
    try:
        return read_id(model, item)
    except ValidationError as error:
        nested: Any = error.detail
        for key in reversed(path):
            nested = {str(key): nested}
        raise ValidationError(nested) from None
