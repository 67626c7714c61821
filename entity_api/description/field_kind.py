"""A kind of field: all that the service knows of it. The table of kinds is in kinds.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLScalarType

if TYPE_CHECKING:
    from rest_framework import serializers

    ModelField = type[models.Field[Any, Any]]
    SerializerField = type[serializers.Field[Any, Any, Any, Any]]

EQUALITY = ("equals", "not")
LISTS = ("in", "notIn")
COMPARISONS = ("lt", "lte", "gt", "gte")
TEXT = ("contains", "startsWith", "endsWith")
MODE = "mode"
ORDERED = (*EQUALITY, *LISTS, *COMPARISONS)
TEXTUAL = (*ORDERED, *TEXT, MODE)
HAS, HAS_SOME, HAS_EVERY, IS_EMPTY = "has", "hasSome", "hasEvery", "isEmpty"
ITEMS = (HAS, HAS_SOME, HAS_EVERY, IS_EMPTY)
# The operators whose value is a list.
TAKE_LIST = (*LISTS, HAS_SOME, HAS_EVERY)


def unchanged(value: Any) -> Any:
    """Return the value: JSON holds it as the database does."""
    return value


@dataclass(frozen=True, kw_only=True)
class FieldKind:
    """A kind of field on all surfaces.

    `name` stands as `kind` in the class of a serializer's field, and in names of OpenAPI schemas.
    `fields` gives the serializer's field for each field of a model, and `classes` are further
    serializer fields of the kind. With `bind` each field has a kind of its own, which `bind` makes
    of the kind in the table, the entity's name with the field's, and the serializer's field.
    `python` is the class of a value in an annotation, and `drf` are the fields of DRF itself that
    the serializers of actions may have.
    `to_json` writes a column's value; it is `None` where only the serializer's field can do that.
    `openapi` is the JSON schema of a value. With `many` a field holds a list of such values.

    `operators` are those of a condition. `parse` reads a condition's value, a text of a query
    string or a typed value. It raises ValueError with the words that follow "This must be".
    `parse_stored` reads the value of a row out of `after`, if a row may hold more than a condition.
    `parse_id` reads an id out of a text; it returns `None` for a text that is no id.
    `equals_lookup` is Django's lookup of `equals`.
    `json_types` are the classes of that value in JSON. Without `sortable` no list is sorted by it.
    With `empty_is_null` an empty text in the column is null everywhere else.

    `graphql` is the type of a value. In conditions it is `graphql_operand` and `graphql_operators`,
    where they differ from `graphql` and `operators`. `graphql_filter` names the type of conditions,
    where it is the same for null and not null. `graphql_plain` are the classes of values that
    the JSON renderer writes just as the GraphQL type does, so that a list needs no conversion.
    """

    name: str
    fields: Mapping[ModelField, SerializerField]
    classes: tuple[SerializerField, ...] = ()
    bind: Callable[[FieldKind, str, Any], FieldKind] | None = None
    python: type | None = None
    drf: tuple[SerializerField, ...] = ()
    to_json: Callable[[Any], Any] | None
    openapi: Mapping[str, Any]
    many: bool = False
    operators: tuple[str, ...] = ORDERED
    parse: Callable[[object], Any]
    parse_stored: Callable[[object], Any] | None = None
    parse_id: Callable[[object], Any] | None = None
    json_types: tuple[type, ...] = (str,)
    equals_lookup: str = "exact"
    sortable: bool = True
    empty_is_null: bool = False
    graphql: GraphQLScalarType | GraphQLEnumType | GraphQLObjectType
    graphql_operand: GraphQLScalarType | None = None
    graphql_operators: tuple[str, ...] | None = None
    graphql_filter: str = ""
    graphql_plain: frozenset[type] = frozenset()
