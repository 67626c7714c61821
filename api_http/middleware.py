"""The middlewares of every request, and the way of an API request to its view.

Each class sees at a glance if it has nothing to do. Rare cases are in other modules.
"""

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
from django.utils.functional import SimpleLazyObject
from rest_framework.exceptions import Throttled

from api_http.cookies import NAME, send_cookies
from api_http.json import BODY_LIMIT, BodyTooLarge
from api_http.lengths import LONGEST_HEADER, LONGEST_PATH, refuse_form, refuse_lengths
from api_http.limits.counting import TAKEN, count_anonymous, count_late, show_limits
from api_http.page_errors import answer_view_outage
from api_http.page_headers import limit_page
from api_http.problems import ensure_problem, render_exception, render_problem
from statements.cache import BoundedCache

API_PATHS = re.compile(settings.API_PATHS)
# They answer for any Host header, and show a stranger nothing of the service.
HEALTH_PATHS = ("/api/_health/live", "/api/_health/ready")
ANY_HOST = (*HEALTH_PATHS, "/metrics")
# The header names of a preflight (https://fetch.spec.whatwg.org/#cors-preflight-fetch),
# with a bound on their number.
_FIELD_NAMES = re.compile(r"(?a)(?=.{1,2000}\Z)[\w!#$%&'*+.^`|~-]+( *, *[\w!#$%&'*+.^`|~-]+)*")
# Characters. The name of a host has at most 253 (RFC 1035 section 2.3.4).
_LONGEST_ORIGIN = 300
ALLOW_HEADERS = "Access-Control-Allow-Headers"


class PagePolicyMiddleware:
    """Adds the Content-Security-Policy to every HTML answer that lacks one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            limit_page(response)
        return response


class LengthMiddleware:
    """Answers 414 to an address that is too long, and 431 to a header (RFC 9110 section 15.5.15,
    RFC 6585).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Credentials and a query string may be longer: refuse_lengths looks closely.
        texts = [value for value in request.META.values() if isinstance(value, str)]
        has_long_text = max(map(len, texts), default=0) > LONGEST_HEADER
        if has_long_text or len(request.path_info) > LONGEST_PATH:
            return refuse_lengths(request) or self.get_response(request)
        return self.get_response(request)


class ApiHandler(BaseHandler):
    """Calls the view of a path, with no middleware in between."""

    _view_middleware: ClassVar = ()
    _template_response_middleware: ClassVar = ()
    _exception_middleware: ClassVar = ()

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        # Probes and Prometheus send an address as the Host, or no Host.
        if request.path_info not in ANY_HOST:
            request.get_host()  # or DisallowedHost, which Django answers with 400
        try:
            return self._get_response(request)  # type: ignore[attr-defined, no-any-return]
        except Throttled as refusal:
            return render_exception(refusal)

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Find the view. Raises Throttled for a view that asks nobody who the caller is."""
        try:
            match = resolve_path(get_resolver(), request.path_info)
        except Resolver404:
            count_anonymous(request)
            raise
        view = getattr(match.func, "cls", None)
        asks_caller = getattr(view, "authentication_classes", None)
        if not asks_caller and not is_probe(request):
            count_anonymous(request)
        request.resolver_match = match
        return match


# Bytes of a match and its key. The paths without an id are a few dozen.
_MATCH_SIZE = 2_000
_matches: BoundedCache[ResolverMatch] = BoundedCache(2**18, "views")


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
    error is a problem document, and no cookie is set but those of a provider.

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
        response = refuse_body(request) or self.get_answer(request)
        if response.status_code >= 400:
            response = ensure_problem(response)
        response.cookies.clear()
        if NAME in vars(request):
            send_cookies(request, response)
        say_how_to_cache(response)
        if (TAKEN in vars(request) or not is_known(request)) and not is_probe(request):
            count_late(request)
            show_limits(request, response)
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

    An allowed origin may send any header it asks for. A header that is longer than any origin is
    passed over.
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
        if 0 < len(request.META.get("HTTP_ORIGIN", "")) <= _LONGEST_ORIGIN:
            return super().__call__(request)  # type: ignore[return-value]
        response: Any = self.get_response(request)
        if is_api_path(request.path_info):
            add_vary(response, "origin")
        return response  # type: ignore[no-any-return]


def is_known(request: HttpRequest) -> bool:
    """Whether the view has found out who the caller is."""
    user = vars(request).get("user")
    # A lazy user of Django's middleware has not been asked for.
    is_lazy = isinstance(user, SimpleLazyObject)
    return not is_lazy and bool(getattr(user, "is_authenticated", False))


def is_probe(request: HttpRequest) -> bool:
    return request.path_info in HEALTH_PATHS


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


def find_body_limit(request: HttpRequest) -> int:
    """Return how many bytes the body of a request may have: the class of its view says so by
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
        add_vary(response, "Authorization")


def add_vary(response: HttpResponseBase, field: str) -> None:
    """Add a field to Vary. Most answers have none there or ours, which need no parsing."""
    known = response.headers.get("Vary")
    if known in (None, "Authorization") and known != field:
        response.headers["Vary"] = f"{known}, {field}" if known else field
    else:
        patch_vary_headers(response, (field,))
