"""The queries and mutations of an entity. They call the same operations as REST."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLFloat,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
)

from entity_api.description.registry import list_served
from entity_api.graphql.actions import ActionFields, join_fields
from entity_api.graphql.completion import complete_row, complete_rows
from entity_api.graphql.inputs import InputTypes
from entity_api.graphql.limits import Budget
from entity_api.graphql.many import make_many
from entity_api.graphql.outputs import OutputTypes, list_of
from entity_api.graphql.reading import find_row, search_rows, show_selected
from entity_api.graphql.selection import read_selection
from entity_api.graphql.writing import wire_form
from entity_api.operations import count_rows
from entity_api.reading.presenting import find_fields_seen
from entity_api.reading.selections import Page
from entity_api.writing.operations import create_row, delete_row, update_row
from entity_api.writing.problems import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import Model
    from rest_framework.request import Request

    from entity_api.description.entity import EntityDescription
    from entity_api.hooks import EntityHooks

    Write = Callable[[EntityHooks], Any]

Unique = dict[str, str]
MetaQueryPayload = GraphQLObjectType(
    "MetaQueryPayload", {"count": GraphQLField(GraphQLNonNull(GraphQLFloat))}
)


class Operations:
    """Makes the fields of `Query` and `Mutation` for the served entities."""

    def __init__(self, served: Mapping[type[Model], EntityDescription]) -> None:
        self.inputs = InputTypes(served)
        self.types = OutputTypes(served, self.inputs)
        self._actions = ActionFields(self.inputs, self.types)

    def queries(self, entity: EntityDescription) -> dict[str, GraphQLField]:
        model = entity.model
        unique = {"where": GraphQLArgument(GraphQLNonNull(self.inputs.unique(model)))}
        listed = self.types.list_arguments(model)
        reader = Reader(entity)
        return {
            entity.plural: GraphQLField(list_of(self.types[model]), listed, reader.search),
            entity.singular: GraphQLField(self.types[model], unique, reader.find),
            f"_{entity.plural}Meta": GraphQLField(
                GraphQLNonNull(MetaQueryPayload), listed, reader.count
            ),
        }

    def mutations(self, entity: EntityDescription) -> dict[str, GraphQLField]:
        model = entity.model
        result = GraphQLNonNull(self.types[model])
        unique = {"where": GraphQLArgument(GraphQLNonNull(self.inputs.unique(model)))}
        create = {"data": GraphQLArgument(GraphQLNonNull(self.inputs.create(model)))}
        update = {"data": GraphQLArgument(GraphQLNonNull(self.inputs.update(model)))}
        writer = Writer(entity)
        common: dict[str, GraphQLField] = {}
        if self.inputs.takes_values(model, update=False):
            common[f"create{entity.name}"] = GraphQLField(result, create, writer.create)
        if self.inputs.takes_values(model, update=True):
            common[f"update{entity.name}"] = GraphQLField(result, update | unique, writer.update)
        common[f"delete{entity.name}"] = GraphQLField(result, unique, writer.delete)
        many = make_many(entity, self.inputs, self.types)
        return join_fields([common, many, self._actions.make_fields(entity)])


def make_fields(part: str) -> dict[str, GraphQLField]:
    """Return the fields of `queries` or of `mutations` for all served entities.

    Raises ImproperlyConfigured where two of them have the same name.
    """
    made, served = make_operations(), list_served()
    make = made.queries if part == "queries" else made.mutations
    return join_fields(map(make, served.values()))


@cache
def make_operations() -> Operations:
    """Make the types of all served entities, once: both parts of the schema share them."""
    return Operations(list_served())


class Reader:
    """The resolvers of an entity's queries."""

    def __init__(self, entity: EntityDescription) -> None:
        self._viewset: type[EntityHooks] = entity.viewset

    def search(self, _: Any, info: GraphQLResolveInfo[Request], **arguments: Any) -> Any:
        viewset, selection = self._viewset.open(info.context, "list"), read_selection(info)
        rows = search_rows(viewset, arguments, selection)
        Budget.of(info.context).spend_values(rows, selection)
        return complete_rows(rows, selection)

    def find(self, _: Any, info: GraphQLResolveInfo[Request], where: Unique) -> Any:
        viewset, selection = self._viewset.open(info.context, "retrieve"), read_selection(info)
        row = find_row(viewset, where["id"], selection)
        if row is None:
            return None
        Budget.of(info.context).spend_values([row], selection)
        return complete_row(row, selection)

    def count(self, _: Any, info: GraphQLResolveInfo[Request], **arguments: Any) -> dict[str, int]:
        viewset = self._viewset.open(info.context, "list")
        return {"count": count_rows(viewset, Page(repr(arguments), lambda: arguments))}


class Writer:
    """The resolvers of an entity's mutations.

    Each is one transaction, reading the answer included.
    """

    def __init__(self, entity: EntityDescription) -> None:
        self._entity = entity

    def create(self, _: Any, info: GraphQLResolveInfo[Request], data: dict[str, Any]) -> Any:
        values = wire_form(self._entity, data)
        return self._write(info, "create", values, lambda view: create_row(view, values))

    def update(
        self, _: Any, info: GraphQLResolveInfo[Request], data: dict[str, Any], where: Unique
    ) -> Any:
        values, key = wire_form(self._entity, data), where["id"]
        return self._write(
            info, "partial_update", values, lambda view: update_row(view, key, values)
        )

    def delete(self, _: Any, info: GraphQLResolveInfo[Request], where: Unique) -> Any:
        view: EntityHooks = self._entity.viewset.open(info.context, "destroy")
        return delete_row(view, where["id"], lambda row: _show(view, row, info))

    def _write(
        self, info: GraphQLResolveInfo[Request], action: str, values: Any, write: Write
    ) -> Any:
        view: EntityHooks = self._entity.viewset.open(info.context, action)
        with view.prepare_write(values), writing(self._entity.model):
            return _show(view, write(view), info)


def _show(view: EntityHooks, row: Any, info: GraphQLResolveInfo[Request]) -> Any:
    selection = read_selection(info)
    [shown] = show_selected(view, [row], find_fields_seen(view, row), selection)
    return complete_row(shown, selection)
