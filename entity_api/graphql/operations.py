"""The queries and mutations of an entity. They call the same operations as REST."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLField,
    GraphQLFloat,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
)

from entity_api.description.registry import list_served
from entity_api.graphql.actions import ActionFields, join_fields
from entity_api.graphql.completion import complete_row
from entity_api.graphql.descriptions import describe_operation, make_argument
from entity_api.graphql.inputs import InputTypes
from entity_api.graphql.many import make_many
from entity_api.graphql.outputs import OutputTypes, list_of
from entity_api.graphql.reading import Reader, Unique, show_selected
from entity_api.graphql.selection import read_selection
from entity_api.graphql.writing import wire_form
from entity_api.reading.presenting import find_fields_seen
from entity_api.writing.conflicts import write_again
from entity_api.writing.operations import create_row, delete_row, update_row
from entity_api.writing.problems import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import Model
    from rest_framework.request import Request

    from entity_api.description.entity import EntityDescription
    from entity_api.hooks import EntityHooks

    Write = Callable[[EntityHooks], Any]

MetaQueryPayload = GraphQLObjectType(
    "MetaQueryPayload",
    {"count": GraphQLField(GraphQLNonNull(GraphQLFloat), description="How many rows there are.")},
)


class Operations:
    """Makes the fields of `Query` and `Mutation` for the served entities."""

    def __init__(self, served: Mapping[type[Model], EntityDescription]) -> None:
        self.inputs = InputTypes(served)
        self.types = OutputTypes(served, self.inputs)
        self._actions = ActionFields(self.inputs, self.types)

    def queries(self, entity: EntityDescription) -> dict[str, GraphQLField]:
        model = entity.model
        unique = {"where": make_argument(GraphQLNonNull(self.inputs.unique(model)), "unique")}
        listed = self.types.list_arguments(model)
        reader = Reader(entity)
        rows, count = list_of(self.types[model]), GraphQLNonNull(MetaQueryPayload)
        say = partial(describe_operation, entity)
        return {
            entity.plural_field: GraphQLField(rows, listed, reader.search, description=say("list")),
            entity.singular: GraphQLField(
                self.types[model], unique, reader.find, description=say("get")
            ),
            f"_{entity.plural_field}Meta": GraphQLField(
                count, listed, reader.count, description=say("count")
            ),
        }

    def mutations(self, entity: EntityDescription) -> dict[str, GraphQLField]:
        model = entity.model
        result = GraphQLNonNull(self.types[model])
        unique = {"where": make_argument(GraphQLNonNull(self.inputs.unique(model)), "unique")}
        create = {"data": make_argument(GraphQLNonNull(self.inputs.create(model)), "data")}
        update = {"data": make_argument(GraphQLNonNull(self.inputs.update(model)), "data")}
        writer = Writer(entity)
        taken: dict[str, tuple[Any, Callable[..., Any]]] = {
            "create": (create, writer.create),
            "update": (update | unique, writer.update),
            "delete": (unique, writer.delete),
        }
        for verb in ("create", "update"):
            if not self.inputs.takes_values(model, update=verb == "update"):
                del taken[verb]
        common = {
            f"{verb}{entity.name}": GraphQLField(
                result, arguments, resolve, description=describe_operation(entity, verb)
            )
            for verb, (arguments, resolve) in taken.items()
        }
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
        view: EntityHooks = self._entity.viewset.begin(info.context, "destroy")
        return delete_row(view, where["id"], lambda row: _show(view, row, info))

    def _write(
        self, info: GraphQLResolveInfo[Request], action: str, values: Any, write: Write
    ) -> Any:
        view: EntityHooks = self._entity.viewset.begin(info.context, action)

        def run() -> Any:
            with writing(self._entity.model):
                return _show(view, write(view), info)

        with view.prepare_write(values):
            return write_again(view, run)


def _show(view: EntityHooks, row: Any, info: GraphQLResolveInfo[Request]) -> Any:
    selection = read_selection(info)
    [shown] = show_selected(view, [row], find_fields_seen(view, row), selection)
    return complete_row(shown, selection)
