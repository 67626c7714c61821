"""The queries and mutations of one entity. Each opens its viewset for the caller and runs what REST runs."""

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
from entity_api.graphql.completion import complete_row, complete_rows
from entity_api.graphql.inputs import InputTypes
from entity_api.graphql.limits import Budget, limit_operands
from entity_api.graphql.outputs import OutputTypes, list_of
from entity_api.graphql.reading import find_row, read_rows, search_rows
from entity_api.graphql.selection import read_selection
from entity_api.graphql.writing import wire_form
from entity_api.writing.problems import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import Model
    from rest_framework.request import Request

    from entity_api.description.entity import EntityDescription
    from entity_api.rest.viewset import EntityViewSet

    Write = Callable[[EntityViewSet], Any]

Unique = dict[str, str]
MetaQueryPayload = GraphQLObjectType(
    "MetaQueryPayload", {"count": GraphQLField(GraphQLNonNull(GraphQLFloat))}
)


class Operations:
    """Makes the fields of `Query` and `Mutation` for the served entities."""

    def __init__(self, served: Mapping[type[Model], EntityDescription]) -> None:
        self.inputs = InputTypes(served)
        self.types = OutputTypes(served, self.inputs)

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
        return {
            f"create{entity.name}": GraphQLField(result, create, writer.create),
            f"update{entity.name}": GraphQLField(result, update | unique, writer.update),
            f"delete{entity.name}": GraphQLField(result, unique, writer.delete),
        }


def make_fields(part: str) -> dict[str, GraphQLField]:
    """Return the fields of `queries` or of `mutations` for all served entities."""
    made, served = make_operations(), list_served()
    make = made.queries if part == "queries" else made.mutations
    return {name: field for entity in served.values() for name, field in make(entity).items()}


@cache
def make_operations() -> Operations:
    """Make the types of all served entities, once: both parts of the schema share them."""
    return Operations(list_served())


class Reader:
    """The resolvers of an entity's queries."""

    def __init__(self, entity: EntityDescription) -> None:
        self._viewset: type[EntityViewSet] = entity.viewset

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
        limit_operands(arguments)
        return {"count": viewset.count(arguments)}


class Writer:
    """The resolvers of an entity's mutations. Each is one transaction, reading the answer included."""

    def __init__(self, entity: EntityDescription) -> None:
        self._entity = entity

    def create(self, _: Any, info: GraphQLResolveInfo[Request], data: dict[str, Any]) -> Any:
        values = wire_form(self._entity, data)
        return self._write(info, "create", values, lambda viewset: viewset.add(values))

    def update(
        self, _: Any, info: GraphQLResolveInfo[Request], data: dict[str, Any], where: Unique
    ) -> Any:
        values = wire_form(self._entity, data)
        return self._write(
            info, "partial_update", values, lambda viewset: viewset.change(where["id"], values)
        )

    def delete(self, _: Any, info: GraphQLResolveInfo[Request], where: Unique) -> Any:
        viewset: EntityViewSet = self._entity.viewset.open(info.context, "destroy")
        with writing(self._entity.model):
            # Read before the row is gone, and its links with it.
            row = viewset.find(where["id"], "destroy", lock=True)
            shown = self._show(viewset, row, info)
            viewset.remove(where["id"])
        return shown

    def _write(
        self, info: GraphQLResolveInfo[Request], action: str, values: Any, write: Write
    ) -> Any:
        viewset: EntityViewSet = self._entity.viewset.open(info.context, action)
        with viewset.prepare_write(values), writing(self._entity.model):
            return self._show(viewset, write(viewset), info)

    def _show(self, viewset: EntityViewSet, row: Any, info: GraphQLResolveInfo[Request]) -> Any:
        selection = read_selection(info)
        shown = read_rows(viewset, [row], viewset.names_seen(row), selection)
        Budget.of(info.context).spend_values(shown, selection)
        return complete_row(shown[0], selection)
