"""Rules for every API path, with or without a view."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, URLResolver, get_resolver
from django.utils.cache import patch_vary_headers

from api_http.json import BODY_LIMIT, BodyTooLarge
from api_http.page_errors import answer_view_outage
from api_http.problems import MEDIA_TYPE, render_exception, render_problem
from statements.cache import BoundedCache

API_PATHS = re.compile(settings.API_PATHS)
# They answer for any Host header, and show nothing of the service.
HEALTH_PATHS = ("/api/_health/live", "/api/_health/ready")
# They describe the page that is replaced, not the answer as such.
_BODY_HEADERS = (
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
    "Content-Language",
    "Content-Disposition",
)
# The forms in which errors are promised; the others are GraphQL's.
_FORMS = (MEDIA_TYPE, "application/graphql-response+json", "application/json")
# The header names of a preflight (https://fetch.spec.whatwg.org/#cors-preflight-fetch),
# with a bound on their number.
_FIELD_NAMES = re.compile(
    r"(?=.{1,2000}\Z)[\w!#$%&'*+.^`|~-]+( *, *[\w!#$%&'*+.^`|~-]+)*", re.ASCII
)
ALLOW_HEADERS = "Access-Control-Allow-Headers"
_DETAILS = {
    400: "The request cannot be answered.",
    403: "You may not do this.",
    404: "Not found.",
    405: "The method is not allowed here.",
    412: "What is here is not in the state that the request asks for.",
}


class ApiHandler(BaseHandler):
    """Calls the view of a path, with no middleware in between."""

    _view_middleware: ClassVar = ()
    _template_response_middleware: ClassVar = ()
    _exception_middleware: ClassVar = ()

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        # Probes of load balancers and Kubernetes send an address as the Host, or no Host.
        if request.path_info not in HEALTH_PATHS:
            request.get_host()  # or DisallowedHost, which Django answers with 400
        return self._get_response(request)  # type: ignore[attr-defined, no-any-return]

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        request.resolver_match = resolve_path(get_resolver(), request.path_info)
        return request.resolver_match


# Bytes of a match and its key. The paths without an id are a few dozen.
_MATCH_SIZE = 2_000
_matches: BoundedCache[ResolverMatch] = BoundedCache(2**18)


def resolve_path(resolver: URLResolver, path: str) -> ResolverMatch:
    """Find the view of a path; Django tries one pattern after the other each time.

    A path that holds an id is not kept: a client can make up as many of them as it likes.
    """
    known: ResolverMatch | None = _matches.get((resolver, path))
    if known is not None:
        return known
    match = resolver.resolve(path)
    if not match.args and not match.kwargs:
        _matches.put((resolver, path), match, _MATCH_SIZE)
    return match


class ApiMiddleware:
    """Goes round every view and every middleware that may answer or fail.

    On API paths one trailing slash does not matter, a body has a known and modest length, every
    error is a problem document, and no cookie is set.

    An API request goes on to its view at once. The rest of MIDDLEWARE serves
    pages: cookies, forms, static files.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_page = get_response
        self.get_answer: Any = convert_exception_to_response(ApiHandler().answer)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api_path(request.path_info):
            return refuse_form(request) or self.get_page(request)
        strip_slash(request)
        response = refuse_body(request) or ensure_problem(self.get_answer(request))
        response.cookies.clear()
        say_how_to_cache(response)
        # An answer 304 would give the length of the body that it does not repeat (RFC 9110 section
        # 8.6).
        if isinstance(response, HttpResponse) and response.status_code not in (204, 304):
            response.headers["Content-Length"] = str(len(response.content))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 503 where DRF does not: in the admin, in an outage, or when a login cannot be
        counted or hashed.
        """
        return answer_view_outage(request, exception)


class OriginMiddleware(CorsMiddleware):
    """CORS, for requests with an Origin header.

    An allowed origin may send any header it asks for.
    """

    async_capable = False

    def add_response_headers(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        super().add_response_headers(request, response)
        asked = request.META.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
        if ALLOW_HEADERS in response.headers and _FIELD_NAMES.fullmatch(asked):
            response.headers[ALLOW_HEADERS] = asked
            patch_vary_headers(response, ("access-control-request-headers",))
        return response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "HTTP_ORIGIN" in request.META:
            return super().__call__(request)  # type: ignore[return-value]
        response: Any = self.get_response(request)
        if is_api_path(request.path_info):
            patch_vary_headers(response, ("origin",))
        return response  # type: ignore[no-any-return]


def is_api_path(path: str) -> bool:
    return bool(API_PATHS.match(path))


def strip_slash(request: HttpRequest) -> None:
    if request.path_info.endswith("/"):
        request.path_info = request.path_info[:-1]
        request.path = request.path.removesuffix("/")


def refuse_body(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of a body that is too long or has no length (WSGI cannot read it)."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and "HTTP_TRANSFER_ENCODING" in request.META:
        return render_problem(411, "A body needs a Content-Length.")
    if length.isdecimal() and int(length) > BODY_LIMIT:
        most = find_body_limit(request)
        if int(length) > most:
            return render_exception(BodyTooLarge(f"The body is longer than {most} bytes."))
    return None


def refuse_form(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of a form of a page that is too long. It may carry a file."""
    length = request.META.get("CONTENT_LENGTH") or ""
    most = settings.FILE_MAX_SIZE + BODY_LIMIT
    if length.isdecimal() and int(length) > most:
        text = f"A form may have at most {most} bytes."
        return HttpResponse(text, "text/plain; charset=utf-8", 413)
    return None


def find_body_limit(request: HttpRequest) -> int:
    """Return how many bytes the body of a request may have: what the class of its view says by
    `find_body_limit(method, **initkwargs)`, or else BODY_LIMIT.
    """
    try:
        view: Any = resolve_path(get_resolver(), request.path_info).func
    except Resolver404:
        return BODY_LIMIT
    ask = getattr(getattr(view, "cls", None), "find_body_limit", None)
    return ask(str(request.method), **view.initkwargs) if ask else BODY_LIMIT


def say_how_to_cache(response: HttpResponseBase) -> None:
    """Let only the caller keep an answer and revalidate it, unless the view sets Cache-Control."""
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ("Authorization",))


def ensure_problem(response: HttpResponseBase) -> HttpResponseBase:
    """Return `response`, with an error page of Django's in the form the API promises."""
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(_FORMS):
        return response
    kept = {name: value for name, value in response.headers.items() if name not in _BODY_HEADERS}
    detail = _DETAILS.get(response.status_code, "The service failed to answer.")
    return render_problem(response.status_code, detail, kept)
