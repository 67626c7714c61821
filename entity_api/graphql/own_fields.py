"""Queries and mutations of one's own in a `graphql.py`, which answer rows of an entity."""

from __future__ import annotations

from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from graphql import GraphQLField

from entity_api.description.registry import VIEWSETS, list_served
from entity_api.graphql.completion import complete_row, complete_rows
from entity_api.graphql.operations import make_operations
from entity_api.graphql.outputs import list_of
from entity_api.graphql.reading import show_selected
from entity_api.graphql.selection import read_selection
from entity_api.reading.presenting import show_seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model
    from graphql import GraphQLArgument, GraphQLResolveInfo
    from rest_framework.request import Request

    from entity_api.hooks import EntityHooks


def entity_field(
    model: type[Model],
    resolve: Callable[..., Any],
    args: dict[str, GraphQLArgument] | None = None,
    *,
    many: bool = False,
    description: str | None = None,
) -> GraphQLField:
    """Return a field of graphql-core whose resolver returns a row of the model; `many`: rows.

    The resolver returns instances, and for a single row also `None`. The caller sees the rows and
    fields that the permissions allow, and may select their links: a hidden row is null, or is left
    out of a list. The rest of the arguments is that of `GraphQLField`. Raises ImproperlyConfigured
    where no router serves the model.
    """
    if model not in list_served():
        raise ImproperlyConfigured(f"No router serves {model.__name__}: register it first.")
    type_ = make_operations().types[model]

    @wraps(resolve)
    def show(source: Any, info: GraphQLResolveInfo[Request], **arguments: Any) -> Any:
        found = resolve(source, info, **arguments)
        if many:
            return _show_rows(model, list(found), info)
        return None if found is None else _show_row(model, found, info)

    return GraphQLField(list_of(type_) if many else type_, args, show, description=description)


def _show_row(model: type[Model], row: Any, info: GraphQLResolveInfo[Request]) -> Any:
    shown = _show_seen(model, [row], info)
    return complete_row(shown[0], read_selection(info)) if shown else None


def _show_rows(model: type[Model], rows: list[Any], info: GraphQLResolveInfo[Request]) -> Any:
    return complete_rows(_show_seen(model, rows, info), read_selection(info))


def _show_seen(
    model: type[Model], rows: list[Any], info: GraphQLResolveInfo[Request]
) -> list[dict[str, Any]]:
    view: EntityHooks = VIEWSETS[model].act_for(info.context, "retrieve")
    return show_seen(view, rows, partial(show_selected, selection=read_selection(info)))
