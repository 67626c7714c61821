"""The media types of GraphQL over HTTP, and which of them answers a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.http.request import MediaType
from django.template.loader import render_to_string
from rest_framework.exceptions import NotAcceptable
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from api_http.about import find_example_credentials
from api_http.graphql.example import write_example
from api_http.graphql.schema import load_schema
from api_http.json import JSONOnly, JSONRenderer
from statements.cache import BoundedCache


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


class GraphQLNegotiation(JSONOnly):
    """Chooses the renderer that `Accept` prefers; the first renderer if it has no preference."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        for accepted in _read_accept(request.META.get("HTTP_ACCEPT", "*/*")):
            for renderer in renderers:
                kind, _, name = renderer.media_type.partition("/")
                if accepted.main_type in ("*", kind) and accepted.sub_type in ("*", name):
                    return renderer, renderer.media_type
        raise NotAcceptable


# A client sends the same each time, and to read it takes Django longer than to choose by it.
_accepted: BoundedCache[list[MediaType]] = BoundedCache(2**20)
# Bytes for each character of the header: `a/b,` becomes an object and a dict.
_CHARACTER_SIZE = 200


def _read_accept(header: str) -> list[MediaType]:
    known: list[MediaType] | None = _accepted.get(header)
    if known is not None:
        return known
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = header
    _accepted.put(header, request.accepted_types, _CHARACTER_SIZE * len(header))
    return request.accepted_types
