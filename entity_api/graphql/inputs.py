"""The input types of each entity: what finds, filters, sorts, creates and updates its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
)

from entity_api.graphql.filters import filter_of
from entity_api.graphql.outputs import item_kind
from entity_api.graphql.scalars import VALUES, SortOrder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import Model

    from entity_api.graphql.served import Served

Fields = dict[str, GraphQLInputField]


class InputTypes:
    """The input types by what they are for and their model; each is made once, at its first use."""

    def __init__(self, served: Mapping[type[Model], Served]) -> None:
        self._served = served
        self._types: dict[str, GraphQLInputObjectType] = {}

    def unique(self, model: type[Model]) -> GraphQLInputObjectType:
        fields = {"id": GraphQLInputField(GraphQLNonNull(GraphQLString))}
        return self._make(f"{self._served[model].name}WhereUniqueInput", lambda: fields)

    def where(self, model: type[Model]) -> GraphQLInputObjectType:
        served = self._served[model]
        return self._make(f"{served.name}WhereInput", lambda: self._conditions(served))

    def order_by(self, model: type[Model]) -> GraphQLInputObjectType:
        served = self._served[model]
        hidden = {
            f"{name}Id"
            for name, link in served.entity.links.items()
            if link.model not in self._served
        }
        names = [
            *served.entity.scalars,
            *(key for key in served.entity.sort_keys if key not in hidden),
        ]
        return self._make(
            f"{served.name}OrderByInput",
            lambda: {name: GraphQLInputField(SortOrder) for name in names},
        )

    def create(self, model: type[Model]) -> GraphQLInputObjectType:
        served = self._served[model]
        return self._make(f"{served.name}CreateInput", lambda: self._values(served, update=False))

    def update(self, model: type[Model]) -> GraphQLInputObjectType:
        served = self._served[model]
        return self._make(f"{served.name}UpdateInput", lambda: self._values(served, update=True))

    def _make(self, name: str, make_fields: Callable[[], Fields]) -> GraphQLInputObjectType:
        if name not in self._types:
            self._types[name] = GraphQLInputObjectType(name, make_fields)
        return self._types[name]

    def _conditions(self, served: Served) -> Fields:
        fields = {
            name: GraphQLInputField(filter_of(scalar))
            for name, scalar in served.entity.scalars.items()
        }
        for name, link in served.entity.links.items():
            if link.model in self._served:
                make = self._list_filter if link.many else self.unique
                fields[name] = GraphQLInputField(make(link.model))
        return fields

    def _list_filter(self, model: type[Model]) -> GraphQLInputObjectType:
        def make_fields() -> Fields:
            return {
                name: GraphQLInputField(self.where(model)) for name in ("every", "some", "none")
            }

        return self._make(f"{self._served[model].name}ListRelationFilter", make_fields)

    def _values(self, served: Served, *, update: bool) -> Fields:
        fields: Fields = {}
        for name, field in served.fields.items():
            link = served.entity.links.get(name)
            if field.read_only or (link and link.model not in self._served):
                continue
            type_ = self._value_type(served, name, update=update)
            required = field.required and not field.allow_null and not update
            fields[name] = GraphQLInputField(GraphQLNonNull(type_) if required else type_)
        return fields

    def _value_type(self, served: Served, name: str, *, update: bool) -> Any:
        if link := served.entity.links.get(name):
            return (
                self._link_changes(served, link.model, update=update)
                if link.many
                else self.unique(link.model)
            )
        kind = getattr(served.fields[name], "kind", None)
        return (
            VALUES[kind] if kind else GraphQLList(GraphQLNonNull(VALUES[item_kind(served, name)]))
        )

    def _link_changes(
        self, served: Served, model: type[Model], *, update: bool
    ) -> GraphQLInputObjectType:
        purpose = "UpdateMany" if update else "CreateNestedMany"
        verbs = ("connect", "disconnect", "set") if update else ("connect",)

        def make_fields() -> Fields:
            return {
                verb: GraphQLInputField(GraphQLList(GraphQLNonNull(self.unique(model))))
                for verb in verbs
            }

        return self._make(
            f"{self._served[model].name}{purpose}Without{served.plural_name}Input", make_fields
        )
