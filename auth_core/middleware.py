"""Gives each request an id and makes it the current request, for the audit."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import getrandbits

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from structlog.contextvars import bind_contextvars, reset_contextvars

from api_http.exceptions import Unavailable
from api_http.limits.counting import TAKEN, show_limits
from api_http.page_errors import answer_view_outage
from auth_core.audit import current_request

HEADER = "X-Request-ID"
FIELD = "HTTP_X_REQUEST_ID"
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class AuditMiddleware:
    """Keeps the client's X-Request-ID, or makes one; binds it to every log line, and answers with
    it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not SANE.fullmatch(request.META.get(FIELD, "")):
            # No secret, and the system's random numbers take ten times as long.
            request.META[FIELD] = f"{getrandbits(128):032x}"
        token = current_request.set(request)
        bound = bind_contextvars(request_id=request.META[FIELD])
        try:
            response = self.get_response(request)
        finally:
            reset_contextvars(**bound)
            current_request.reset(token)
            forget_credentials(request)
        response.headers[HEADER] = request.META[FIELD]
        if TAKEN in vars(request):
            show_limits(request, response)
        if seconds := getattr(request, "throttled_for", None):
            # The admin's form showed a lock. Django answers every faulty form with 200.
            response.status_code = 429
            response.headers["Retry-After"] = str(seconds)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 503 for a page whose provider cannot decide now, in a project without
        ApiMiddleware. Other errors of pages stay the project's own.
        """
        is_ours = isinstance(exception, Unavailable)
        return answer_view_outage(request, exception) if is_ours else None


def forget_credentials(request: HttpRequest) -> None:
    """Drop the headers of credentials.

    A request and its view refer to each other, so that they stay in memory until the garbage is
    collected, which may be long after the answer.
    """
    for name in ("HTTP_AUTHORIZATION", *getattr(request, "own_fields", ())):
        request.META.pop(name, None)
    for name in ("headers", "COOKIES"):
        vars(request).pop(name, None)
