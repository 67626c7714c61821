"""GraphQL over HTTP (https://graphql.github.io/graphql-over-http/), and GraphiQL for browsers at
the same address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import MediaType
from rest_framework import status
from rest_framework.exceptions import APIException, NotAcceptable
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api_http.graphql.errors import RefusedError, describe_problem, render_errors, render_problem
from api_http.graphql.execution import execute_request
from api_http.graphql.parameters import Parameters, read_body, read_query_string
from api_http.graphql.renderers import GraphQLRenderer, PageRenderer, PlainRenderer
from api_http.json import JSONOnly, answer
from statements.cache import BoundedCache

# Answers depend on the caller, and login's is a secret.
UNCACHED = {"Cache-Control": "no-store"}
# Clients repeat their `Accept`, and to read it takes Django longer than to choose by it.
_accepted: BoundedCache[list[MediaType]] = BoundedCache(2**20, "media_types")
# Bytes for each character of the header: `a/b,` becomes an object and a dict.
_CHARACTER_SIZE = 200


class OperationRequest(Request):
    """Refuses bad credentials each time that the caller is needed: late, and perhaps many times.

    DRF's own request refuses once, and is anonymous afterwards.
    """

    _refusal: APIException | None = None

    def _authenticate(self) -> None:
        if self._refusal is not None:
            raise self._refusal
        try:
            super()._authenticate()  # type: ignore[misc]
        except APIException as refusal:
            self._refusal = refusal
            vars(self).pop("_user", None)  # so that the next question comes here again
            raise


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


def _read_accept(header: str) -> list[MediaType]:
    known: list[MediaType] | None = _accepted.get(header)
    if known is not None:
        return known
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = header
    _accepted.put(header, request.accepted_types, _CHARACTER_SIZE * len(header))
    return request.accepted_types


class GraphQLView(APIView):
    """Runs one operation a request.

    Who is calling is found out when a resolver asks, and not before.
    """

    permission_classes = (AllowAny,)
    # Each operation asks what the caller's credentials may be used for.
    asks_limit = True
    renderer_classes = (PlainRenderer, GraphQLRenderer)
    content_negotiation_class = GraphQLNegotiation
    # Each operation counts for the limit of its own viewset.
    throttle_classes = ()
    schema = None

    def get_renderers(self) -> list[BaseRenderer]:
        page = (
            [PageRenderer()]
            if settings.GRAPHQL_PLAYGROUND and self.request.method in ("GET", "HEAD")
            else []
        )
        return [*super().get_renderers(), *page]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        return OperationRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def perform_authentication(self, request: Request) -> None:
        """Leave it to the resolvers: login and introspection must work with a stale token."""

    def get(self, request: Request) -> HttpResponse:
        if isinstance(request.accepted_renderer, PageRenderer):
            return Response()
        return self._run(request, read_query_string(request.query_params), read_only=True)

    def post(self, request: Request) -> HttpResponse:
        return self._run(request, read_body(request.data))

    def _run(
        self, request: Request, parameters: Parameters, *, read_only: bool = False
    ) -> HttpResponse:
        result = execute_request(request, parameters, read_only=read_only)
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body = {"errors": render_errors(result.errors, request), **body}
        response = answer(request, body)
        response.headers["Cache-Control"] = UNCACHED["Cache-Control"]
        return response

    def get_exception_handler(self) -> Any:
        return _answer_refusal


def _answer_refusal(exc: Exception, context: Mapping[str, Any]) -> Response:
    """Answer what is not executed.

    A well-formed request gets 200 under the older media type (section 6.4.1).
    """
    request = context["request"]
    if isinstance(exc, RefusedError):
        plain = getattr(request, "accepted_media_type", "") == PlainRenderer.media_type
        errors = render_errors(exc.errors, request)
        code = status.HTTP_200_OK if plain else status.HTTP_400_BAD_REQUEST
        return Response({"errors": errors}, code, headers=UNCACHED)
    problem = describe_problem(exc, request)
    headers = {"Retry-After": str(problem["retryAfter"])} if "retryAfter" in problem else {}
    return Response(
        {"errors": [render_problem(problem)]}, problem["status"], headers=headers | UNCACHED
    )
