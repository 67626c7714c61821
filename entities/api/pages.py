"""How a page of a list is answered: the rows, and in headers what more there is."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

from rest_framework.request import Request
from rest_framework.response import Response

from entities.query.entity import Arguments
from entities.query.paging import Page


def prefers_count(request: Request) -> bool:
    """Whether the caller asks for the total, `Prefer: count=exact` (RFC 7240)."""
    preferences = request.headers.get("Prefer", "").replace(";", ",").split(",")
    return any(re.sub(r'[\s"]', "", preference).lower() == "count=exact" for preference in preferences)


def answer_page(request: Request, data: Any, page: Page, arguments: Arguments, total: int | None) -> Response:
    """Answer an array; `Link` (RFC 8288) leads on where it was cut, `X-Total-Count` is there if it was asked for."""
    response = Response(data)
    if page.has_more and page.rows:
        response["Link"] = f'<{_next_address(request, page.end)}>; rel="next"'
    if total is not None:
        response["X-Total-Count"] = str(total)
        response["Preference-Applied"] = "count=exact"
    return response


def _next_address(request: Request, skip: int) -> str:
    pairs = parse_qsl(request.META.get("QUERY_STRING", ""), encoding="latin-1", keep_blank_values=True)
    query = urlencode(
        [*(pair for pair in pairs if pair[0].rstrip("[]") != "skip"), ("skip", str(skip))], encoding="latin-1"
    )
    return request.build_absolute_uri(f"{request.path}?{query}")
