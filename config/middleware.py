"""What holds for every API path, whichever view answers it, or none."""

from collections.abc import Callable

from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from config.json import BODY_LIMIT, BodyTooLarge
from config.problems import MEDIA_TYPE, ServiceUnavailable, render_exception, render_problem

API_PATHS = ("/api", "/api-json", "/graphql", "/.well-known")
# They describe the page that is replaced, not the answer as such.
_BODY_HEADERS = ("Content-Type", "Content-Length", "Content-Encoding", "Content-Language", "Content-Disposition")
# The forms in which errors are promised; the others are GraphQL's.
_FORMS = (MEDIA_TYPE, "application/graphql-response+json", "application/json")
_DETAILS = {
    400: "The request cannot be answered.",
    403: "You may not do this.",
    404: "Not found.",
    405: "The method is not allowed here.",
}


class ApiMiddleware:
    """Goes round every view and every middleware that may answer or fail. On API paths one trailing slash does not
    matter, a body has a known and modest length, every error is a problem document, and no cookie is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api_path(request.path_info):
            return self.get_response(request)
        strip_slash(request)
        response = refuse_body(request) or ensure_problem(self.get_response(request))
        response.cookies.clear()
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 503 where DRF does not: in the admin, when too many hash passwords already."""
        if isinstance(exception, ServiceUnavailable):
            return HttpResponse(str(exception.detail), "text/plain", 503, headers={"Retry-After": str(exception.wait)})
        return None


class PageMessages(MessageMiddleware):
    """Django's messages to people, for pages: making their store ready takes a twentieth of an API request's time."""

    def process_request(self, request: HttpRequest) -> None:
        if not is_api_path(request.path_info):
            super().process_request(request)


def is_api_path(path: str) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in API_PATHS)


def strip_slash(request: HttpRequest) -> None:
    if request.path_info.endswith("/"):
        request.path_info = request.path_info[:-1]
        request.path = request.path.removesuffix("/")


def refuse_body(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of a body that is too long, or whose length is not told (WSGI could not read it)."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and "HTTP_TRANSFER_ENCODING" in request.META:
        return render_problem(411, "A body needs a Content-Length.")
    if length.isdecimal() and int(length) > BODY_LIMIT:
        return render_exception(BodyTooLarge())
    return None


def ensure_problem(response: HttpResponseBase) -> HttpResponseBase:
    """Return `response`, with an error page of Django's in the form the API promises."""
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(_FORMS):
        return response
    kept = {name: value for name, value in response.headers.items() if name not in _BODY_HEADERS}
    detail = _DETAILS.get(response.status_code, "The service failed to answer.")
    return render_problem(response.status_code, detail, kept)
