"""Queries of lists as examples. GraphiQL begins with the first list that the service serves."""

from __future__ import annotations

from graphql import GraphQLSchema, get_named_type, is_leaf_type, is_object_type

from runtime.first_list import find_first_list

# Fields that are asked for, the id among them.
FIELDS = 5


def write_example(schema: GraphQLSchema) -> str:
    """Return a query of the first list in the URLconf. Without a list it asks for a type's name."""
    return write_list(schema, find_first_list()) or "{\n  __typename\n}\n"


def write_list(schema: GraphQLSchema, path: str) -> str:
    """Return a query of the list that REST serves at a path; an empty text if there is no such
    query.
    """
    name = path.rpartition("/")[2]
    found = schema.query_type.fields.get(name) if schema.query_type else None
    kind = get_named_type(found.type) if found else None
    if found is None or "take" not in found.args or not is_object_type(kind):
        return ""
    leaves = [
        each for each, field in kind.fields.items() if is_leaf_type(get_named_type(field.type))
    ]
    asked = "\n    ".join(leaves[:FIELDS])
    return f"query List {{\n  {name}(take: 5) {{\n    {asked}\n  }}\n}}\n"
