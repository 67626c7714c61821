"""A system check that joins the schema. A fault stops the start, not the first request."""

from __future__ import annotations

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from graphql import GraphQLError, validate_schema

from api_http.graphql.schema import load_schema


def check_schema(**_: object) -> list[CheckMessage]:
    """Refuse parts of apps that do not fit together, and a schema that no request could use.

    A part that cannot be imported raises its own error.
    """
    try:
        faults = validate_schema(load_schema())
    except (ImproperlyConfigured, TypeError, RuntimeError, GraphQLError) as fault:
        # graphql-core raises TypeError for two types with the same name, and GraphQLError for a
        # name that is none in GraphQL. Django raises RuntimeError for
        # the models of an app that is not installed, as of a plugin without auth_core.
        hint = (
            "Look into the graphql.py of the installed apps. The docstring of "
            "api_http/graphql/schema.py describes such a module. An entity whose name is taken "
            "gets another: entity_name in its viewset, and another plural in router.register()."
        )
        return [
            Error(f"The GraphQL schema cannot be joined: {fault}", hint=hint, id="api_http.E001")
        ]
    # Each request would fail on them.
    return [
        Error(
            f"The GraphQL schema is not valid: {fault.message}",
            hint="Give the type at least one field, or leave out what needs it.",
            id="api_http.E002",
        )
        for fault in faults
    ]
