"""The inputs of a login, read off the GraphQL schema, which has the same as REST."""

from __future__ import annotations

from typing import Any

from graphql import get_named_type, is_input_object_type, is_required_input_field

from api_http.graphql.schema import load_schema


def list_inputs() -> list[dict[str, Any]]:
    """Return the name of each input of a login that a person types, and whether it is required.

    The list is empty without a login.
    """
    mutation = load_schema().mutation_type
    login = mutation.fields.get("login") if mutation else None
    credentials = get_named_type(login.args["credentials"].type) if login else None
    if not is_input_object_type(credentials):
        return []
    return [
        {"name": name, "required": is_required_input_field(field)}
        for name, field in credentials.fields.items()
        # Programs alone send the inputs of remembered devices.
        if not field.extensions.get("for_programs")
    ]
