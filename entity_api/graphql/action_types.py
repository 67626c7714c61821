"""The types of what own actions take and answer, made from serializers of DRF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)
from rest_framework import serializers

from entity_api.description.annotations import read_annotation
from entity_api.description.choices import list_values, name_values
from entity_api.description.kind_lookup import name_kind_of_drf
from entity_api.description.kinds import KINDS
from entity_api.description.link_fields import TakenRow, TakenRows
from entity_api.description.wire_names import name_on_the_wire
from entity_api.graphql.descriptions import make_argument

if TYPE_CHECKING:
    from entity_api.graphql.inputs import InputTypes


@dataclass(frozen=True)
class Place:
    """A field of an input, whose type has a title such as `ShipOrder`."""

    serializer: type[Any]
    title: str
    key: str

    def __str__(self) -> str:
        return f"{self.serializer.__name__}.{self.key}"


class ActionTypes:
    """The types of serializers. Each is made once, so two actions may have the same serializer."""

    def __init__(self, entities: InputTypes) -> None:
        self._entities = entities
        self._inputs: dict[tuple[type, str], GraphQLInputObjectType] = {}
        self._enums: dict[str, GraphQLEnumType] = {}
        self._outputs: dict[type, GraphQLObjectType] = {}

    def take(self, serializer: type[Any], name: str) -> dict[str, GraphQLArgument]:
        """Return the argument `data` of this input, if it has fields. Raises
        ImproperlyConfigured.
        """
        taken = self._input(serializer, name)
        return {"data": make_argument(GraphQLNonNull(taken), "input")} if taken.fields else {}

    def answer(self, serializer: type[Any]) -> GraphQLObjectType:
        """Return the type of this output. Raises ImproperlyConfigured for a field of no kind."""
        if serializer not in self._outputs:
            fields = {
                key: GraphQLField(self._output_field(field, f"{serializer.__name__}.{key}"))
                for key, field in _read_fields(serializer).items()
                if not field.write_only
            }
            name = serializer.__name__.removesuffix("Serializer")
            made = GraphQLObjectType(name, fields, description=serializer.__doc__)
            self._outputs[serializer] = made
        return self._outputs[serializer]

    def _input(self, serializer: type[Any], name: str) -> GraphQLInputObjectType:
        if (serializer, name) not in self._inputs:
            title = name.removesuffix("Input")
            fields = {
                key: GraphQLInputField(self._input_field(field, Place(serializer, title, key)))
                for key, field in _read_fields(serializer).items()
                if not field.read_only and self._is_served(field)
            }
            self._inputs[serializer, name] = GraphQLInputObjectType(name, fields)
        return self._inputs[serializer, name]

    def _is_served(self, field: Any) -> bool:
        """Return whether the field is not for rows that no viewset serves."""
        model = _find_taken(field)
        return model is None or self._entities.serves(model)

    def _input_field(self, field: Any, place: Place) -> Any:
        type_ = self._input_type(field, place)
        return GraphQLNonNull(type_) if field.required and not field.allow_null else type_

    def _input_type(self, field: Any, place: Place) -> Any:
        if isinstance(field, serializers.ListSerializer | serializers.ListField):
            return GraphQLList(GraphQLNonNull(self._input_type(field.child, place)))
        if isinstance(field, serializers.Serializer):
            name = type(field).__name__.removesuffix("Serializer")
            return self._input(type(field), f"{name}Input")
        if model := _find_taken(field):
            type_: Any = self._entities.unique(model)
            is_many = isinstance(field, TakenRows)
        elif isinstance(field, serializers.ChoiceField) and field.choices:
            type_ = self._enum(field, place)
            is_many = isinstance(field, serializers.MultipleChoiceField)
        else:
            return _find_scalar(field, str(place))
        return GraphQLList(GraphQLNonNull(type_)) if is_many else type_

    def _enum(self, field: Any, place: Place) -> GraphQLEnumType:
        name = f"Enum{place.title}{place.key[0].upper()}{place.key[1:]}"
        if name not in self._enums:
            self._enums[name] = GraphQLEnumType(name, name_values(list_values(field)))
        return self._enums[name]

    def _output_field(self, field: Any, place: str) -> Any:
        if isinstance(field, serializers.SerializerMethodField):
            return _find_annotated(field, place)
        type_ = self._output_type(field, place)
        return type_ if field.allow_null else GraphQLNonNull(type_)

    def _output_type(self, field: Any, place: str) -> Any:
        if isinstance(field, serializers.ListSerializer | serializers.ListField):
            return GraphQLList(GraphQLNonNull(self._output_type(field.child, place)))
        if isinstance(field, serializers.Serializer):
            return self.answer(type(field))
        return _find_scalar(field, place)


def _read_fields(serializer: Any) -> dict[str, Any]:
    return dict(name_on_the_wire(serializer)().fields)


def _find_taken(field: Any) -> Any:
    """Return the model of the rows that the field takes; `None` for any other field."""
    one: Any = getattr(field, "child_relation", None) or getattr(field, "child", field)
    if not isinstance(one, TakenRow):
        return None
    rows: Any = getattr(one, "queryset", None)
    if rows is None:
        raise ImproperlyConfigured(
            f"GraphQL does not know whose rows {type(one).__name__} takes: give it a queryset."
        )
    return rows.model


def _find_scalar(field: Any, place: str) -> Any:
    name = getattr(field, "kind", None) or name_kind_of_drf(field)
    remedy = f"give the class of that serializer field a `kind` of {', '.join(KINDS)}"
    return _find_type(name, place, remedy)


def _find_annotated(field: serializers.SerializerMethodField, place: str) -> Any:
    method = str(field.method_name)
    answer = read_annotation(getattr(field.parent, method))
    remedy = f"annotate what {method} returns, such as -> int"
    type_ = _find_type(answer.kind, place, remedy)
    listed = GraphQLList(GraphQLNonNull(type_)) if answer.many else type_
    return listed if answer.nullable else GraphQLNonNull(listed)


def _find_type(kind: str, place: str, remedy: str) -> Any:
    if kind not in KINDS:
        raise ImproperlyConfigured(f"GraphQL does not know the type of {place}: {remedy}.")
    return KINDS[kind].graphql
