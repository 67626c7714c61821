"""The object type of each entity, made from its serializer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Model
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLFloat,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLString,
)

from entity_api.description.row_values import read_field
from entity_api.graphql.descriptions import make_argument
from entity_api.graphql.inputs import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request

    from entity_api.description.entity import EntityDescription, Relation
    from entity_api.graphql.inputs import InputTypes

# Linked rows are in a row's dict under this mark and the response key. So aliases with other
# arguments have places of their own. No name in GraphQL has this character.
LINK_MARK = "@"


def read_link(row: Mapping[str, Any], info: GraphQLResolveInfo[Request], **_: Any) -> Any:
    return row[f"{LINK_MARK}{info.path.key}"]


def list_of(type_: Any) -> GraphQLNonNull[Any]:
    return GraphQLNonNull(GraphQLList(GraphQLNonNull(type_)))


class OutputTypes:
    """The object types by their model."""

    def __init__(self, served: Mapping[type[Model], EntityDescription], inputs: InputTypes) -> None:
        self._served = served
        self._inputs = inputs
        self._types = {model: self._make_type(entity) for model, entity in served.items()}

    def __getitem__(self, model: type[Model]) -> GraphQLObjectType:
        return self._types[model]

    def list_arguments(self, model: type[Model]) -> dict[str, GraphQLArgument]:
        """Return the arguments of a list of the model's rows."""
        types = {
            "where": self._inputs.where(model),
            "search": GraphQLString,
            "orderBy": GraphQLList(GraphQLNonNull(self._inputs.order_by(model))),
            "skip": GraphQLFloat,
            "take": GraphQLFloat,
        }
        if not self._served[model].searched:
            del types["search"]
        return {name: make_argument(type_, name) for name, type_ in types.items()}

    def _make_type(self, entity: EntityDescription) -> GraphQLObjectType:
        return GraphQLObjectType(
            entity.name, lambda: self._make_fields(entity), description=entity.serializer.__doc__
        )

    def _make_fields(self, entity: EntityDescription) -> dict[str, GraphQLField]:
        fields: dict[str, GraphQLField] = {}
        for name in entity.order:
            if link := entity.relations.get(name):
                if link.target in self._served:
                    fields[name] = self._make_link(link)
            elif entity.fields[name].readable:
                description = entity.fields[name].description or None
                type_ = _type_of(entity, name)
                fields[name] = GraphQLField(type_, resolve=read_field, description=description)
        return fields

    def _make_link(self, link: Relation) -> GraphQLField:
        target = self[link.target]
        if link.many:
            return GraphQLField(list_of(target), self.list_arguments(link.target), read_link)
        # Null wherever the caller may not see the row, even if the column always holds one.
        return GraphQLField(target, resolve=read_link)


def _type_of(entity: EntityDescription, name: str) -> GraphQLOutputType:
    field, type_ = entity.fields[name], value_type(entity, name)
    if field.many:
        return list_of(type_)
    return type_ if field.nullable else GraphQLNonNull(type_)
