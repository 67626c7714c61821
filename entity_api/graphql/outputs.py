"""The object type of each entity. Nobody writes one by hand: they follow from the serializers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
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
)

from entity_api.graphql.scalars import VALUES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request

    from entity_api.graphql.inputs import InputTypes
    from entity_api.graphql.served import Served

# Linked rows stand in a row's dict under the response key, so that aliases with other arguments have a place of their
# own, and behind a character that no name in GraphQL holds, so that they never take the place of a field.
LINK_MARK = "@"


def read_field(row: Mapping[str, Any], info: GraphQLResolveInfo[Request]) -> Any:
    return row[info.field_name]


def read_link(row: Mapping[str, Any], info: GraphQLResolveInfo[Request], **_: Any) -> Any:
    return row[f"{LINK_MARK}{info.path.key}"]


def list_of(type_: Any) -> GraphQLNonNull[Any]:
    return GraphQLNonNull(GraphQLList(GraphQLNonNull(type_)))


class OutputTypes:
    """The object types by their model."""

    def __init__(self, served: Mapping[type[Model], Served], inputs: InputTypes) -> None:
        self._served = served
        self._inputs = inputs
        self._types = {model: self._make_type(entity) for model, entity in served.items()}

    def __getitem__(self, model: type[Model]) -> GraphQLObjectType:
        return self._types[model]

    def list_arguments(self, model: type[Model]) -> dict[str, GraphQLArgument]:
        """Give the arguments of whatever lists the model's rows."""
        return {
            "where": GraphQLArgument(self._inputs.where(model)),
            "orderBy": GraphQLArgument(GraphQLList(GraphQLNonNull(self._inputs.order_by(model)))),
            "skip": GraphQLArgument(GraphQLFloat),
            "take": GraphQLArgument(GraphQLFloat),
        }

    def _make_type(self, served: Served) -> GraphQLObjectType:
        description = served.viewset.serializer_class.__doc__
        return GraphQLObjectType(
            served.name, lambda: self._make_fields(served), description=description
        )

    def _make_fields(self, served: Served) -> dict[str, GraphQLField]:
        fields: dict[str, GraphQLField] = {}
        for name in served.fields:
            if link := served.entity.links.get(name):
                if link.model in self._served:
                    fields[name] = self._make_link(served, name)
            elif not served.fields[name].write_only:
                fields[name] = GraphQLField(_type_of(served, name), resolve=read_field)
        return fields

    def _make_link(self, served: Served, name: str) -> GraphQLField:
        link = served.entity.links[name]
        target = self[link.model]
        if link.many:
            return GraphQLField(list_of(target), self.list_arguments(link.model), read_link)
        # Null wherever the caller may not see the row, even if the column always holds one.
        return GraphQLField(target, resolve=read_link)


def _type_of(served: Served, name: str) -> GraphQLOutputType:
    if scalar := served.entity.scalars.get(name):
        return VALUES[scalar.kind] if scalar.nullable else GraphQLNonNull(VALUES[scalar.kind])
    return list_of(VALUES[item_kind(served, name)])


def item_kind(served: Served, name: str) -> Any:
    """Give the kind of the values in a field that holds a list of them."""
    kind = getattr(served.fields[name], "items", None)
    if kind not in VALUES:
        raise ImproperlyConfigured(
            f"GraphQL cannot tell the type of {served.name}.{name}: give the class of that serializer field a `kind`, "
            f"or for a list `items`, one of {', '.join(VALUES)}."
        )
    return kind
