"""Rows as they were read, straight into their part of the answer.

graphql-core resolves and completes each field of each row by itself, which takes longer than all
the rest of a request. Here a selection is read once, and then its rows field by field. A value in
another form than its type promises is left to graphql-core, which reports the fault and its place.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, Any

from graphql import GraphQLEnumType, GraphQLFloat, GraphQLList, GraphQLNonNull, GraphQLObjectType

from api_http.graphql.execution import CompletedValue
from entity_api.description.kind_lookup import list_plain_classes
from entity_api.description.row_values import read_field
from entity_api.description.values import FLOAT_EXACT
from entity_api.graphql.outputs import LINK_MARK, read_link

if TYPE_CHECKING:
    from entity_api.graphql.selection import Selected, SelectionSet

Row = dict[str, Any]
Complete = Callable[[list[Any]], list[Any]]
TYPENAME = "__typename"


class UnlikeError(Exception):
    """A value is not plainly of the form that its type promises, or its field not of those that are
    made here.
    """


def complete_rows(rows: list[Row], selection: SelectionSet) -> Any:
    """Give what a resolver returns for a list of rows."""
    try:
        return CompletedValue(complete_selection(rows, selection))
    except UnlikeError:
        return rows


def complete_row(row: Row, selection: SelectionSet) -> Any:
    """Give what a resolver returns for one row."""
    completed = complete_rows([row], selection)
    return CompletedValue(completed.value[0]) if isinstance(completed, CompletedValue) else row


def complete_selection(rows: list[Row], selection: SelectionSet) -> list[Row]:
    """Give what is selected of each row under its key of the answer. Raises UnlikeError."""
    sources = {field.key: _find_source(selection, field) for field in selection.fields}
    places = [(key, sources.get(key, TYPENAME)) for key in selection.keys]
    if len(sources) < len(places):
        for row in rows:
            row[TYPENAME] = selection.type.name
    answers = [{key: row[source] for key, source in places} for row in rows]
    for field in selection.fields:
        values = [answer[field.key] for answer in answers]
        completed = complete_values(values, selection.type.fields[field.name].type, field.below)
        for answer, value in (
            zip(answers, completed, strict=True) if completed is not values else ()
        ):
            answer[field.key] = value
    return answers


def _find_source(selection: SelectionSet, field: Selected) -> str:
    resolve = selection.type.fields[field.name].resolve
    if resolve is read_link:
        return LINK_MARK + field.key
    if resolve is read_field:
        return field.name
    raise UnlikeError


def complete_values(
    values: list[Any], type_: Any, below: SelectionSet, *, nullable: bool = True
) -> list[Any]:
    """Return values of a type in the form of the answer; the same list if they have that form."""
    if isinstance(type_, GraphQLNonNull):
        return complete_values(values, type_.of_type, below, nullable=False)
    given = [value for value in values if value is not None]
    if len(given) < len(values):
        if not nullable:
            raise UnlikeError
        found = iter(complete_values(given, type_, below))
        return [None if value is None else next(found) for value in values]
    if isinstance(type_, GraphQLList):
        items = [item for value in values for item in _as_list(value)]
        completed = iter(complete_values(items, type_.of_type, below))
        return [list(islice(completed, len(value))) for value in values]
    if isinstance(type_, GraphQLObjectType):
        return complete_selection(values, below)
    return _complete_leaves(values, type_)


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise UnlikeError


def _complete_leaves(values: list[Any], type_: Any) -> list[Any]:
    if isinstance(type_, GraphQLEnumType):
        names = {member.value: name for name, member in type_.values.items()}
        if not set(values) <= names.keys():
            raise UnlikeError
        return [names[value] for value in values]
    if not set(map(type, values)) <= list_plain_classes(type_.name):
        raise UnlikeError
    if type_ is not GraphQLFloat:
        return values
    if not all(
        isfinite(value) if type(value) is float else abs(value) <= FLOAT_EXACT for value in values
    ):
        raise UnlikeError
    return list(map(float, values))
