"""Rows of an entity for django-import-export: read and written by the operations of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as Invalid
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from import_export.resources import Resource
from import_export.results import Result, RowResult
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.settings import api_settings
from tablib import Dataset

from api_http.faults import MAX_FAULTS
from api_http.json import JSONRenderer
from entity_api.admin.access import find_api_request
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.exchange.formats import MISSING
from entity_api.exchange.inputs import Line, read_lines, split_lines
from entity_api.opening import open_entity
from entity_api.reading.presenting import show_rows
from entity_api.writing.many import create_rows, update_rows

# The most rows that an export has. Its file is made in memory.
MOST_EXPORTED = 10_000
# Rows that are read at a time.
CHUNK = 500


class Fault(NamedTuple):
    """A refusal of a line: its field, or nothing for the whole line."""

    number: int
    field: str
    text: str


class Column(NamedTuple):
    """A field by its name on the wire, as the page of an export lists it."""

    column_name: str


class EntityResource(Resource):  # type: ignore[misc]
    """The rows of an entity, as the person at the admin may see and write them by the API.

    A superuser acts with every role of the policy.
    """

    model: type[Model]

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.request = find_request(request)
        self.entity = describe_entity(VIEWSETS[self.model])

    @classmethod
    def get_display_name(cls) -> str:
        return str(cls.model._meta.verbose_name)

    def get_user_visible_fields(self) -> list[Column]:
        return [Column(name) for name in self.list_names()]

    def list_names(self) -> list[str]:
        """Return the fields, and the links to a single row, that the person may see in a list."""
        view = open_entity(self.request, self.model, "list")
        seen = view.list_fields() if view else frozenset[str]()
        relations, fields = self.entity.relations, self.entity.fields
        return [
            name
            for name in self.entity.order
            if name in seen
            and not (name in relations and relations[name].many)
            and (name not in fields or fields[name].readable)
        ]

    def export(self, queryset: QuerySet[Any] | None = None, **kwargs: Any) -> Dataset:
        """Return the rows of the queryset that the person may see.

        Raises ValueError for more than 10,000 rows.
        """
        rows = self.model._default_manager.all() if queryset is None else queryset
        keys = list(rows.values_list("pk", flat=True)[: MOST_EXPORTED + 1])
        if len(keys) > MOST_EXPORTED:
            raise ValueError(
                f"An export has at most {MOST_EXPORTED:,} rows. Narrow the list by filters first."
            )
        names = self.list_names()
        dataset = Dataset(headers=names)
        for row in self._read(keys, names):
            dataset.append([_write(row[name]) for name in names])
        return dataset

    def _read(self, keys: list[Any], names: list[str]) -> Iterator[dict[str, Any]]:
        view = open_entity(self.request, self.model, "list")
        for start in range(0, len(keys) if view else 0, CHUNK):
            some = keys[start : start + CHUNK]
            found = {row.pk: row for row in view.rows("list", "retrieve").filter(pk__in=some)}  # type: ignore[union-attr]
            rows = [found[key] for key in some if key in found]
            shown = show_rows(view, rows, frozenset(names), "list")  # type: ignore[arg-type]
            yield from orjson.loads(JSONRenderer().render(shown))

    def import_data(self, dataset: Dataset, *args: Any, **kwargs: Any) -> Result:
        """Write all lines, or nothing. The result has the rows, or the faults by line."""
        result = Result()
        result.diff_headers = list(dataset.headers or [])
        if len(dataset) > settings.API_MAX_TAKE:
            text = f"An import has at most {settings.API_MAX_TAKE} lines."
            return _add_faults(result, [Fault(0, "", text)], dataset)
        lines = list(read_lines(self.entity, dataset))
        new, changed = split_lines(self.entity, lines)
        parts = (
            (new, create_rows, "create", RowResult.IMPORT_TYPE_NEW),
            (changed, update_rows, "partial_update", RowResult.IMPORT_TYPE_UPDATE),
        )
        faults: list[Fault] = []
        with transaction.atomic():
            for some, write, action, kind in parts:
                faults += self._write(result, some, write, action, kind) if some else []
            if faults:
                transaction.set_rollback(True)
        return _add_faults(result, faults, dataset)

    def _write(
        self,
        result: Result,
        lines: list[Line],
        write: Callable[..., list[Any]],
        action: str,
        kind: str,
    ) -> list[Fault]:
        numbers = [line.number for line in lines]
        view = open_entity(self.request, self.model, action)
        if view is None:
            text = "You may not add rows." if action == "create" else "You may not change rows."
            return [Fault(number, "", text) for number in numbers]
        try:
            with transaction.atomic():
                rows = write(view, [line.input for line in lines], _keep)
        except APIException as refusal:
            return list(_list_faults(refusal, numbers))
        for row in rows:
            made = RowResult()
            made.import_type, made.instance = kind, row
            made.add_instance_info(row)
            result.append_row_result(made)
            result.increment_row_result_total(made)
        return []


def make_resource(model: type[Model]) -> type[EntityResource]:
    """Return the resource of a model that is served."""
    return type(f"{model.__name__}Resource", (EntityResource,), {"model": model})


def find_request(request: HttpRequest) -> Request:
    """Return the request as the API knows it; that of a superuser has every role."""
    if not getattr(request.user, "is_superuser", False):
        return find_api_request(request)
    made: Request | None = getattr(request, "exchange_request", None)
    if made is None:
        user: Any = copy(request.user)
        user.role_names = list(getattr(settings, "ROLES", ()))
        made = Request(request)
        made.user = user
        request.exchange_request = made  # type: ignore[attr-defined]
    return made


def _keep(view: Any, rows: list[Any], names: frozenset[str]) -> list[Any]:
    return rows


def _write(value: Any) -> Any:
    """Return a value for a cell: of a link to one, the id."""
    is_link = isinstance(value, dict) and set(value) == {"id"}
    return value["id"] if is_link else value


def _list_faults(refusal: APIException, numbers: list[int]) -> Iterator[Fault]:
    """Yield the faults of a refusal, each with the number of its line; 0 for all of them."""
    placed = getattr(refusal, "faults", None) or refusal.detail
    if not isinstance(placed, dict):
        yield from (Fault(0, "", text) for text in _flatten(placed))
        return
    for index, faults in placed.items():
        number = numbers[int(index)] if str(index).isdigit() else 0
        by_field = faults if isinstance(faults, dict) else {"": faults}
        for field, texts in by_field.items():
            name = "" if field == api_settings.NON_FIELD_ERRORS_KEY else str(field)
            yield from (Fault(number, name, text) for text in _flatten(texts))


def _flatten(detail: Any) -> Iterator[str]:
    if isinstance(detail, dict):
        for each in detail.values():
            yield from _flatten(each)
    elif isinstance(detail, list | tuple):
        for each in detail:
            yield from _flatten(each)
    else:
        yield str(detail)


def _add_faults(result: Result, faults: list[Fault], dataset: Dataset) -> Result:
    if faults:
        # All lines were undone.
        result.rows.clear()
    by_line: dict[int, dict[str, list[str]]] = {}
    for fault in sorted(faults[:MAX_FAULTS]):
        by_line.setdefault(fault.number, {}).setdefault(fault.field or NON_FIELD_ERRORS, []).append(
            fault.text
        )
    for number, found in by_line.items():
        cells = dataset[number - 1] if number else ()
        row = dict(zip(dataset.headers or [], map(_show, cells), strict=False))
        result.append_invalid_row(number or "-", row, Invalid(found))
    return result


def _show(cell: Any) -> Any:
    return "" if cell is MISSING else cell
