"""How long an address, a header and a form may be: all that reads them is given no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from api_http.json import BODY_LIMIT
from api_http.problems import render_problem

# Characters. No path of ours has 300.
LONGEST_PATH = 4_096
# A condition on 1,000 ids has 59,000.
LONGEST_QUERY = 65_536
LONGEST_HEADER = 16_384
# Credentials are measured by the provider that reads them, which answers 401 with every challenge.
_MEASURED_ELSEWHERE = "HTTP_AUTHORIZATION"


def refuse_lengths(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of an address or a header that is too long."""
    if len(request.path_info) > LONGEST_PATH:
        return _refuse(414, f"A path may have at most {LONGEST_PATH} characters.")
    if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
        return _refuse(414, f"A query string may have at most {LONGEST_QUERY} characters.")
    if _has_long_header(request.META):
        return _refuse(431, f"A header may have at most {LONGEST_HEADER} characters.")
    return None


def refuse_form(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of a form of a page that is too long. It may carry a file."""
    length = request.META.get("CONTENT_LENGTH") or ""
    most = settings.FILE_MAX_SIZE + BODY_LIMIT
    if length.isdecimal() and int(length) > most:
        text = f"A form may have at most {most} bytes."
        return HttpResponse(text, "text/plain; charset=utf-8", 413)
    return None


def _refuse(status: int, detail: str) -> HttpResponse:
    # A cache may keep a 414 without Cache-Control (RFC 9110 section 15.1).
    return render_problem(status, detail, {"Cache-Control": "no-store"})


def _has_long_header(environ: Mapping[str, Any]) -> bool:
    long = [
        name
        for name, value in environ.items()
        if isinstance(value, str) and len(value) > LONGEST_HEADER
    ]
    return any(
        name.startswith(("HTTP_", "CONTENT_")) and name != _MEASURED_ELSEWHERE for name in long
    )
