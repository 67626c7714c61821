"""The descriptions that GraphiQL and generated clients show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLArgument, GraphQLInputField

from entity_api.description.field_kind import HAS, HAS_EVERY, HAS_SOME, IS_EMPTY, MODE
from entity_api.query.operators import NULL

if TYPE_CHECKING:
    from entity_api.description.entity import EntityDescription

OPERATIONS = {
    "list": "List {plural}.",
    "get": "Read one {name}; null if there is none with this id, or you may not see it.",
    "count": "Count {plural}; `skip` and `take` do not matter.",
    "create": "Create one {name}.",
    "update": "Change one {name}; fields that are left out stay.",
    "delete": "Delete one {name}; answers it as it was.",
    "createMany": "Create many {plural}: all or none.",
    "updateMany": "Change many {plural}: all or none.",
    "deleteMany": "Delete many {plural}: all or none; answers them as they were.",
}
ARGUMENTS = {
    "where": 'Conditions that all hold, such as {firstName: {contains: "Ada"}}.',
    "unique": "The id of the row.",
    "uniques": "The ids of the rows.",
    "data": "The values of the row.",
    "rows": "The values of each row.",
    "search": "Words. Each of them stands in one of the fields that the entity names for this.",
    "orderBy": "Fields to sort by, the first first, such as {createdAt: Desc}.",
    "skip": "How many rows to pass over.",
    "take": "How many rows to give at most.",
    "input": "The input of the action.",
}
OPERATORS = {
    "equals": "Is this value; null asks for null.",
    "not": "Is another value; null asks for any value.",
    "in": "Is one of these values.",
    "notIn": "Is none of these values.",
    "lt": "Is less than this.",
    "lte": "Is this or less.",
    "gt": "Is greater than this.",
    "gte": "Is this or greater.",
    "contains": "Has this text in it.",
    "startsWith": "Begins with this text.",
    "endsWith": "Ends with this text.",
    MODE: "`Insensitive` compares without regard to upper and lower case.",
    HAS: "Has this item.",
    HAS_SOME: "Has at least one of these items.",
    HAS_EVERY: "Has all of these items.",
    IS_EMPTY: "Whether the list has no item.",
    NULL: "Whether there is no value.",
    "every": "All linked rows meet these conditions.",
    "some": "At least one linked row meets these conditions.",
    "none": "No linked row meets these conditions.",
    "AND": "All of these hold.",
    "OR": "At least one of these holds.",
    "NOT": "None of these holds.",
    "connect": "Link these rows too.",
    "disconnect": "Take these rows out of the link.",
    "set": "Link these rows, and no other.",
}


def describe_operation(entity: EntityDescription, operation: str) -> str:
    """Return the description of a query or mutation of an entity."""
    names = entity.model._meta
    return OPERATIONS[operation].format(name=names.verbose_name, plural=names.verbose_name_plural)


def make_argument(type_: Any, purpose: str) -> GraphQLArgument:
    """Return an argument; `purpose` is a key of ARGUMENTS."""
    return GraphQLArgument(type_, description=ARGUMENTS[purpose])


def make_operator(type_: Any, name: str) -> GraphQLInputField:
    """Return the input field of an operator."""
    return GraphQLInputField(type_, description=OPERATORS[name])
