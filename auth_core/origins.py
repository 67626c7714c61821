"""Where a browser's request comes from (RFC 6454): requests of other sites' pages are refused."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

FOREIGN = (
    "This request comes from a page of another origin. Send it from a page of this service, or add "
    "that origin to CSRF_TRUSTED_ORIGINS."
)


def refuse_foreign_origin(request: Request | HttpRequest) -> None:
    """Raise PermissionDenied if a browser says that a page of another origin sent the request.

    Browsers send `Origin` with every request that may change something. Other clients do not, and
    have no cookies that a page could make use of. The service's own origin is good, and those in
    settings.CSRF_TRUSTED_ORIGINS.
    """
    if has_foreign_origin(request):
        raise PermissionDenied(FOREIGN)


def has_foreign_origin(request: Request | HttpRequest) -> bool:
    """Whether refuse_foreign_origin() refuses the request."""
    plain: HttpRequest = getattr(request, "_request", request)
    return "HTTP_ORIGIN" in plain.META and not _is_good(plain)


def _is_good(request: HttpRequest) -> bool:
    # Django has the rule, for its forms, and no public name for it.
    django: Any = CsrfViewMiddleware(lambda _: HttpResponse())
    return bool(django._origin_verified(request))  # noqa: SLF001
