"""Reading rows in wire form: `prepare_reading` decides how, and `fetch` reads.

The columns go straight from the database to the answer. Where a field, a serializer or a hook is
the author's own, model instances go through it instead. This is decided here and nowhere else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Case, Exists, F, OuterRef, Value, When

from entity_api.access import find_access, keep
from entity_api.description.keys import parse_key, show_key
from entity_api.description.registry import describe_entity
from entity_api.hooks import EntityHooks
from entity_api.linked_hooks import find_own_hook
from entity_api.opening import open_entity
from entity_api.reading.computing import COMPUTING_ERRORS, refuse_uncomputable
from entity_api.reading.encoder import Columns, explain_instances, find_columns
from entity_api.reading.presenting import show_rows
from entity_api.reading.scopes import find_scope
from entity_api.reading.selections import OPEN, ById, GivenValues, Selection
from runtime.tracing import traced
from statements.statement import Statement

if TYPE_CHECKING:
    from entity_api.description.entity import Relation
    from entity_api.query.paging import ListQuery

Row = dict[str, Any]
Wanted = frozenset[str] | None


@dataclass(frozen=True)
class Reading(ABC):
    """How the rows of a selection are read.

    `fields` are the names of the fields that the caller may see, `query` is the compiled query of
    a list, and `why` names the way of reading, with the reason.
    """

    fields: frozenset[str]
    query: ListQuery | None
    why: str

    def fetch(self, *, limit: int | None = None, **values: Any) -> list[Row]:
        """Return the rows in wire form, at most `limit`, with the values of the selection."""
        return self.read(limit, values)[0]

    @abstractmethod
    def read(self, limit: int | None, values: Mapping[str, Any]) -> tuple[list[Row], list[Any]]:
        """Return the rows in wire form, and the source of each.

        A source is an instance, the row itself, or the columns of linked rows that order the list.
        """


@dataclass(frozen=True)
class ColumnReading(Reading):
    """Reads columns by a statement that is compiled once. It is the same for many callers."""

    selection: Selection
    statement: Statement
    names: tuple[str, ...]
    links: tuple[str, ...]
    numbers: tuple[str, ...]
    places: tuple[str, ...]

    @traced("rows")
    def read(self, limit: int | None, values: Mapping[str, Any]) -> tuple[list[Row], list[Any]]:
        if isinstance(self.selection, ById):
            key = parse_key(self.selection.model, values["key"])
            if key is None:
                return [], []
            values = {**values, "key": key}
        try:
            found = self.statement.fetch(limit, **values)
        except COMPUTING_ERRORS as error:
            refuse_uncomputable(error, self.statement.rows)
            raise
        if not self.places:
            rows = make_rows(found, self.names, self.links, self.numbers)
            return rows, rows
        width = len(self.names)
        shown = [values[:width] for values in found]
        rows = make_rows(shown, self.names, self.links, self.numbers)
        return rows, [dict(zip(self.places, values[width:], strict=True)) for values in found]


def make_rows(
    found: Iterable[Sequence[Any]],
    names: tuple[str, ...],
    links: tuple[str, ...],
    numbers: tuple[str, ...],
) -> list[Row]:
    """Return rows of a database in wire form. api_http.json writes their times, and ids that are
    UUIDs; `numbers` are the ids and links whose ids are numbers.
    """
    rows = [dict(zip(names, values, strict=True)) for values in found]
    for name in numbers:
        for row in rows:
            row[name] = show_key(row[name])
    for name in links:
        for row in rows:
            if row[name] is not None:
                row[name] = {"id": row[name]}
    return rows


@dataclass(frozen=True)
class InstanceReading(Reading):
    """Reads model instances and shows them by the serializer. It is for one caller."""

    selection: Selection
    view: EntityHooks
    with_id: bool

    @traced("rows")
    def read(self, limit: int | None, values: Mapping[str, Any]) -> tuple[list[Row], list[Any]]:
        found = self._find(limit, values)
        rows = show_rows(self.view, found, self.fields, self.selection.action)
        for instance, row in zip(found, rows, strict=True):
            if self.with_id:
                row["id"] = show_key(instance.pk)
            for name, attribute in self.selection.more.items():
                row[name] = getattr(instance, attribute)
        return rows, found

    def _find(self, limit: int | None, values: Mapping[str, Any]) -> list[Any]:
        if isinstance(self.selection, ById):
            return [self.view.find(values["key"])]
        rows = self.view.rows(self.selection.action)
        selected = self.selection.select(rows, self.query, GivenValues(values))[:limit]
        try:
            return list(selected)
        except COMPUTING_ERRORS as error:
            refuse_uncomputable(error, selected)
            raise


@traced("query")
def prepare_reading(view: EntityHooks, selection: Selection, wanted: Wanted = None) -> Reading:
    """Return the reading of the selection's rows for the view's caller.

    `wanted` are the fields to read, and the id is read with them. `None` is all fields that the
    caller may see. Raises ValidationError for a wrong argument of a list.
    """
    question = selection, wanted, settings.API_MAX_TAKE
    read = partial(_read_columns, view, selection, wanted)
    reading = keep(view, question, read, selection.is_repeated)
    if not isinstance(reading, str):
        return reading
    query = selection.compile(partial(find_scope, view))
    fields = _choose_fields(view, selection, wanted)
    return InstanceReading(fields, query, reading, selection, view, wanted is not None)


def _read_columns(view: EntityHooks, selection: Selection, wanted: Wanted) -> ColumnReading | str:
    """Return the reading of columns; where instances have to be read, the reason."""
    reason = find_own_hook(type(view))
    if not reason and isinstance(selection, ById):
        reason = explain_row(view, selection.action)
    if reason:
        return f"instances: {reason}"
    fields = _choose_fields(view, selection, wanted)
    names = fields if wanted is None else fields | {"id"}
    columns = find_columns(view.serializer_class, names)
    if columns is None:
        return f"instances: {explain_instances(view.serializer_class, names)}"
    query = selection.compile(partial(find_scope, view, is_open=True))
    rows = selection.select(view.rows(selection.action, is_open=True), query, OPEN)
    places = selection.list_places(query)
    selected = (*_select(view, columns), *selection.more.values(), *places)
    statement = Statement(rows.values_list(*selected))
    keys = (*(column.name for column in columns), *selection.more)
    links = tuple(column.name for column in columns if column.is_link)
    numbers = tuple(column.name for column in columns if column.is_number)
    why = "columns"
    return ColumnReading(fields, query, why, selection, statement, keys, links, numbers, places)


def explain_row(view: EntityHooks, action: str) -> str:
    """Return the hook that looks at each single row; empty without such a hook."""
    hooks = view.list_hooks("row")
    if hooks:
        return f"{type(view).__name__}.{hooks[0]}"
    return "has_object_permission" * find_access(view, action).checks_rows


def _choose_fields(view: EntityHooks, selection: Selection, wanted: Wanted) -> frozenset[str]:
    permitted = view.list_fields() if selection.action == "list" else view.permit("retrieve")
    return permitted if wanted is None else permitted & wanted


def _select(view: EntityHooks, columns: Columns) -> list[Any]:
    """Return what to select for each column. A link reads as null if the caller may not see it."""
    relations = describe_entity(type(view)).relations
    return [
        _select_link(view, relations[column.name]) if column.is_link else column.attribute
        for column in columns
    ]


def _select_link(view: EntityHooks, relation: Relation) -> Any:
    key: Any = relation.target._meta.pk
    target = open_entity(view.request, relation.target, "retrieve")
    if target is None:
        return Value(None, output_field=key)
    if target.reaches_all("retrieve"):
        return relation.key
    seen = target.rows("retrieve", is_open=True).filter(pk=OuterRef(relation.key))
    return Case(When(Exists(seen), then=F(relation.key)), output_field=key)
