"""`/metrics` for Prometheus: the numbers of all workers of this service."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from api_http.problems import render_exception
from runtime.metrics.exposition import CONTENT_TYPE, write_metrics
from runtime.metrics.families import publish_gauges

CHALLENGE = 'Bearer realm="metrics"'
# A proxy on this machine sends them. Its clients are elsewhere.
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_VIA")


@require_safe
def answer_metrics(request: HttpRequest) -> HttpResponse:
    """Answer with METRICS_TOKEN as the Bearer token; without such a setting, to this machine."""
    if settings.METRICS_TOKEN:
        if not _has_token(request):
            response = render_exception(AuthenticationFailed("METRICS_TOKEN is asked for."))
            response.headers["WWW-Authenticate"] = CHALLENGE
            return response
    elif not _is_local(request):
        refusal = "Only this machine may read the metrics, unless METRICS_TOKEN is set."
        return render_exception(PermissionDenied(refusal))
    publish_gauges()
    response = HttpResponse(write_metrics(), CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def _has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    right = constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    return right and scheme.lower() == "bearer"


def _is_local(request: HttpRequest) -> bool:
    if any(name in request.META for name in _FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
