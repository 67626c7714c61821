"""The token that proves that a page of this service sent a request which a cookie authenticates.

A browser adds the cookie to requests of any site's pages. Only a page of this service can read the
other cookie and repeat it in a header (OWASP's CSRF Prevention Cheat Sheet, "Double-Submit").
"""

from __future__ import annotations

from copy import copy
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.exceptions import PermissionDenied


class _TokenCheck(CsrfViewMiddleware):
    """Django's check, which returns the reason of a refusal."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def require_token(request: HttpRequest) -> None:
    """Raise PermissionDenied for a request that may change something and has no good token.

    Every POST of GraphQL needs it, also for a query: what it does is known only after reading it.
    """
    asked = copy(request)
    if asked.method == "POST":
        # For a POST, Django looks into a form first, and reads the body, which the view needs.
        asked.method = "PUT"
    check: Any = _TokenCheck(lambda _: HttpResponse())
    check.process_request(asked)
    if reason := check.process_view(asked, None, (), {}):
        raise PermissionDenied(f"{reason} {explain_remedy()}")


def explain_remedy() -> str:
    header = settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-").title()
    return (
        "The session cookie is taken only with the header "
        f"{header.replace('Csrftoken', 'CSRFToken')}, which has the value of the cookie "
        f"{settings.CSRF_COOKIE_NAME}. A login gives a new one."
    )
