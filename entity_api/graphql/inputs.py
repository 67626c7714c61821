"""The input types of each entity: to find, filter, sort, create and update its rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
)

from entity_api.description.scalars import JSON
from entity_api.graphql.descriptions import make_operator
from entity_api.graphql.filters import list_conditions, merge_conditions
from entity_api.query.filters import COMBINATORS
from entity_api.query.operators import NULL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import Model

    from entity_api.description.entity import EntityDescription

SortOrder = GraphQLEnumType("SortOrder", {"Asc": "asc", "Desc": "desc"})
ValueType = GraphQLScalarType | GraphQLEnumType | GraphQLObjectType
Fields = dict[str, GraphQLInputField]


class InputTypes:
    """The input types of the served entities. Each type is made once, at its first use."""

    def __init__(self, served: Mapping[type[Model], EntityDescription]) -> None:
        self._served = served
        self._types: dict[str, GraphQLInputObjectType] = {}

    def unique(self, model: type[Model]) -> GraphQLInputObjectType:
        fields = {"id": GraphQLInputField(GraphQLNonNull(GraphQLString))}
        return self._make(f"{self._served[model].name}WhereUniqueInput", lambda: fields)

    def where(self, model: type[Model]) -> GraphQLInputObjectType:
        entity = self._served[model]
        merge = partial(merge_conditions, entity)
        return self._make(f"{entity.name}WhereInput", lambda: self._conditions(entity), merge)

    def order_by(self, model: type[Model]) -> GraphQLInputObjectType:
        entity = self._served[model]
        return self._make(f"{entity.name}OrderByInput", lambda: self._sort_keys(entity))

    def create(self, model: type[Model]) -> GraphQLInputObjectType:
        entity = self._served[model]
        return self._make(f"{entity.name}CreateInput", lambda: self._values(entity, update=False))

    def update(self, model: type[Model]) -> GraphQLInputObjectType:
        entity = self._served[model]
        return self._make(f"{entity.name}UpdateInput", lambda: self._values(entity, update=True))

    def serves(self, model: type[Model]) -> bool:
        return model in self._served

    def takes_values(self, model: type[Model], *, update: bool) -> bool:
        """Return whether any field can be written. GraphQL has no input without a field."""
        return bool(self._values(self._served[model], update=update))

    def _make(
        self, name: str, make_fields: Callable[[], Fields], read: Any = None
    ) -> GraphQLInputObjectType:
        if name not in self._types:
            self._types[name] = GraphQLInputObjectType(name, make_fields, out_type=read)
        return self._types[name]

    def _conditions(self, entity: EntityDescription) -> Fields:
        fields = {
            name: GraphQLInputField(type_)
            for scalar in entity.columns.values()
            for name, type_ in list_conditions(scalar).items()
        }
        for name, link in entity.relations.items():
            if link.target in self._served:
                make = self._list_filter if link.many else self._link_filter
                fields[name] = GraphQLInputField(make(link.target))
        combined = GraphQLList(GraphQLNonNull(self.where(entity.model)))
        return fields | {name: make_operator(combined, name) for name in COMBINATORS}

    def _sort_keys(self, entity: EntityDescription) -> Fields:
        links = entity.relations.items()
        hidden = {f"{name}Id" for name, link in links if link.target not in self._served}
        columns = [name for name, field in entity.columns.items() if field.kind.sortable]
        names = [*columns, *(key for key in entity.sort_keys if key not in hidden)]
        return {name: GraphQLInputField(SortOrder) for name in names} | {
            name: GraphQLInputField(self.order_by(link.target))
            for name, link in links
            if link.target in self._served and not link.many
        }

    def _link_filter(self, model: type[Model]) -> GraphQLInputObjectType:
        """Return the type of conditions on a linked row. Its id is a text, as to find the row."""
        entity = self._served[model]

        def make_fields() -> Fields:
            own = {
                "id": GraphQLInputField(GraphQLString),
                NULL: make_operator(GraphQLBoolean, NULL),
            }
            return {**self._conditions(entity), **own}

        merge = partial(merge_conditions, entity)
        return self._make(f"{entity.name}RelationFilter", make_fields, merge)

    def _list_filter(self, model: type[Model]) -> GraphQLInputObjectType:
        def make_fields() -> Fields:
            return {
                name: make_operator(self.where(model), name) for name in ("every", "some", "none")
            }

        return self._make(f"{self._served[model].name}ListRelationFilter", make_fields)

    def _values(self, entity: EntityDescription, *, update: bool) -> Fields:
        fields: Fields = {}
        for name in entity.order:
            link = entity.relations.get(name)
            member = link or entity.fields[name]
            is_open = member.writable and not (update and member.fixed)
            if not is_open or (link and link.target not in self._served):
                continue
            type_ = self._value_type(entity, name, update=update)
            required = member.required and not update
            description = None if link else entity.fields[name].description or None
            fields[name] = GraphQLInputField(
                GraphQLNonNull(type_) if required else type_, description=description
            )
        return fields

    def _value_type(self, entity: EntityDescription, name: str, *, update: bool) -> Any:
        link = entity.relations.get(name)
        if link and link.many:
            return self._link_changes(entity, link.target, update=update)
        if link:
            return self.unique(link.target)
        type_ = value_type(entity, name)
        return GraphQLList(GraphQLNonNull(type_)) if entity.fields[name].many else type_

    def _link_changes(
        self, entity: EntityDescription, model: type[Model], *, update: bool
    ) -> GraphQLInputObjectType:
        purpose = "UpdateMany" if update else "CreateNestedMany"
        verbs = ("connect", "disconnect", "set") if update else ("connect",)

        def make_fields() -> Fields:
            return {
                verb: make_operator(GraphQLList(GraphQLNonNull(self.unique(model))), verb)
                for verb in verbs
            }

        return self._make(
            f"{self._served[model].name}{purpose}Without{entity.plural_name}Input", make_fields
        )


def value_type(entity: EntityDescription, name: str) -> ValueType:
    """Return the type of a field's values. A field of no kind may show any JSON."""
    kind = entity.fields[name].kind
    return kind.graphql if kind else JSON
