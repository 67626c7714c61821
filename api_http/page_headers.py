"""The Content-Security-Policy of pages: admin, Swagger UI, GraphiQL and error pages."""

from __future__ import annotations

from django.conf import settings
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


def limit_page(response: HttpResponseBase) -> None:
    """Add the policy to an HTML answer that lacks a policy."""
    # Django's error pages for developers have their scripts and styles in the page.
    if not (settings.DEBUG and response.status_code >= 400):
        response.headers.setdefault("Content-Security-Policy", POLICY)
