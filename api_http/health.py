"""Answers to load balancers: whether this process lives, and whether it can work."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from api_http.exceptions import Unavailable
from api_http.problems import render_exception
from api_http.readiness import find_unready_part


@require_safe
def answer_live(request: HttpRequest) -> HttpResponse:
    return _answer_well()


@require_safe
def answer_ready(request: HttpRequest) -> HttpResponse:
    """Answer 204, or 503 with the part that cannot be used."""
    part = find_unready_part()
    return render_exception(Unavailable(part)) if part else _answer_well()


def _answer_well() -> HttpResponse:
    response = HttpResponse(status=204)
    del response["Content-Type"]
    return response
