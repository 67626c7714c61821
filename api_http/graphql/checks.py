"""A system check that joins the schema: what would fail at the first request fails before the start."""

from __future__ import annotations

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from api_http.graphql.schema import load_schema


def check_schema(**_: object) -> list[CheckMessage]:
    """Refuse parts of apps that do not fit together. One that cannot be imported shows its own error."""
    try:
        load_schema()
    except (
        ImproperlyConfigured,
        TypeError,
    ) as fault:  # graphql-core raises the latter for two types of one name
        hint = "Look into the graphql.py of the installed apps; api_http/graphql/schema.py says what belongs there."
        return [
            Error(f"The GraphQL schema cannot be joined: {fault}", hint=hint, id="api_http.E001")
        ]
    return []
