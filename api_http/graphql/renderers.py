"""The media types of GraphQL over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from rest_framework.renderers import BaseRenderer

from api_http.about import find_example_credentials
from api_http.graphql.example import write_example
from api_http.graphql.schema import load_schema
from api_http.json import JSONRenderer


class PlainRenderer(JSONRenderer):
    """The older media type, under which even a request that cannot be executed is answered with
    200.
    """

    charset = "utf-8"  # type: ignore[assignment]


class GraphQLRenderer(PlainRenderer):
    media_type = "application/graphql-response+json"


class PageRenderer(BaseRenderer):
    """GraphiQL."""

    media_type = "text/html"
    format = "html"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        schema = load_schema()
        mutation = schema.mutation_type
        has_login = mutation is not None and "login" in mutation.fields
        seen = {"has_login": has_login, "credentials": find_example_credentials()}
        return render_to_string("graphiql.html", seen | {"query": write_example(schema)})
