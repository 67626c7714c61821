"""The mutations of many rows at once: `createManyCustomers`, and the same for update and delete."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
)

from entity_api.graphql.completion import complete_rows
from entity_api.graphql.descriptions import describe_operation, make_argument
from entity_api.graphql.outputs import OutputTypes, list_of
from entity_api.graphql.reading import show_selected
from entity_api.graphql.selection import read_selection
from entity_api.graphql.writing import wire_form
from entity_api.writing.many import create_rows, delete_rows, update_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLInputType, GraphQLResolveInfo
    from rest_framework.request import Request

    from entity_api.description.entity import EntityDescription
    from entity_api.graphql.inputs import InputTypes
    from entity_api.hooks import EntityHooks
    from entity_api.reading.presenting import Show

    Info = GraphQLResolveInfo[Request]


def make_many(
    entity: EntityDescription, inputs: InputTypes, types: OutputTypes
) -> dict[str, GraphQLField]:
    """Return the three mutations of an entity. Each answers the array of rows."""
    unique, create = inputs.unique(entity.model), inputs.create(entity.model)
    result, writer = list_of(types[entity.model]), ManyWriter(entity)
    change = GraphQLInputObjectType(
        f"{entity.name}UpdateManyInput",
        {
            "where": GraphQLInputField(GraphQLNonNull(unique)),
            "data": GraphQLInputField(GraphQLNonNull(inputs.update(entity.model))),
        },
    )
    taken: dict[str, tuple[str, str, GraphQLInputType, Callable[..., Any]]] = {
        "create": ("data", "rows", create, writer.create),
        "update": ("data", "rows", change, writer.update),
        "delete": ("where", "uniques", unique, writer.delete),
    }
    for verb in ("create", "update"):
        if not inputs.takes_values(entity.model, update=verb == "update"):
            del taken[verb]
    return {
        f"{verb}Many{entity.plural_name}": GraphQLField(
            result,
            {name: make_argument(GraphQLNonNull(GraphQLList(GraphQLNonNull(taken_type))), purpose)},
            resolve,
            description=describe_operation(entity, f"{verb}Many"),
        )
        for verb, (name, purpose, taken_type, resolve) in taken.items()
    }


class ManyWriter:
    """The resolvers. Each is one transaction, reading the answer included."""

    def __init__(self, entity: EntityDescription) -> None:
        self._entity = entity

    def create(self, _: Any, info: Info, data: list[dict[str, Any]]) -> Any:
        items = [wire_form(self._entity, each) for each in data]
        view = self._open(info, "create")
        return self._complete(info, partial(create_rows, view, items))

    def update(self, _: Any, info: Info, data: list[dict[str, Any]]) -> Any:
        items = [{**wire_form(self._entity, each["data"]), **each["where"]} for each in data]
        view = self._open(info, "partial_update")
        return self._complete(info, partial(update_rows, view, items))

    def delete(self, _: Any, info: Info, where: list[dict[str, str]]) -> Any:
        view = self._open(info, "destroy")
        return self._complete(info, partial(delete_rows, view, where))

    def _open(self, info: Info, action: str) -> EntityHooks:
        opened: EntityHooks = self._entity.viewset.begin(info.context, action)
        return opened

    def _complete(self, info: Info, write: Callable[[Show], list[Any]]) -> Any:
        selection = read_selection(info)
        return complete_rows(write(partial(show_selected, selection=selection)), selection)
