"""The Content-Security-Policy of pages: admin, Swagger UI, GraphiQL and error pages."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Pages load scripts, styles and data from the service itself alone, and no script that is written
# into the page (W3C CSP3). Swagger UI and GraphiQL set styles by attribute, and have images and
# fonts in `data:` URLs.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class PagePolicyMiddleware:
    """Adds the policy to every HTML answer that lacks a policy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        # Django's error pages for developers have their scripts and styles in the page.
        is_debug_page = settings.DEBUG and response.status_code >= 400
        if is_page and not is_debug_page:
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response
