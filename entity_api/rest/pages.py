"""How a page of a list is answered: the rows, and in headers what more there is."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from django.http import HttpResponse
from rest_framework import status
from rest_framework.request import Request

from api_http.json import answer
from entity_api.operations import PageOfRows
from entity_api.rest.conditions import tag_answer
from statements.cache import BoundedCache


def prefers_count(request: Request) -> bool:
    """Whether the caller asks for the total, `Prefer: count=exact` (RFC 7240)."""
    header = request.META.get("HTTP_PREFER")
    if not header:
        return False
    preferences = header.replace(";", ",").split(",")
    return any(
        re.sub(r'[\s"]', "", preference).lower() == "count=exact" for preference in preferences
    )


def answer_row(request: Request, data: Mapping[str, Any]) -> HttpResponse:
    """Answer one row with its ETag; 304 where the caller has it already."""
    return tag_answer(request, answer(request, data))


def answer_new(request: Request, data: Mapping[str, Any]) -> HttpResponse:
    """Answer a new row, whose address is relative: right behind every proxy and under every prefix
    (RFC 3986).
    """
    response = answer_row(request, data)
    response.status_code = status.HTTP_201_CREATED
    ends_with_slash = request.META.get("PATH_INFO", "").endswith("/")
    collection = "" if ends_with_slash else request.path.rpartition("/")[2] + "/"
    response.headers["Location"] = f"{collection}{quote(str(data['id']), safe='')}"
    return response


def answer_page(request: Request, page: PageOfRows, total: int | None) -> HttpResponse:
    """Answer an array; `Link` (RFC 8288) leads on where it was cut, `X-Total-Count` is there if it
    was asked for.
    """
    response = answer(request, page.rows)
    if page.has_more:
        response["Link"] = f'<{_next_address(request, page)}>; rel="next"'
    if total is not None:
        response["X-Total-Count"] = str(total)
        response["Preference-Applied"] = "count=exact"
    return response


def _next_address(request: Request, page: PageOfRows) -> str:
    position = page.find_position()
    replaced = ("skip",) if position is None else ("skip", "after")
    place = f"skip={page.end}" if position is None else f"after={position}"
    kept = _keep_parameters(request.META.get("QUERY_STRING", ""), replaced)
    # A relative reference: nothing of a proxy's host, prefix or scheme is needed (RFC 8288 section
    # 3.1).
    return f"?{kept}{place}"


# Characters of both texts. Readings are kept of query strings half as long.
_LONGEST_KEPT = 1_000
_kept: BoundedCache[str] = BoundedCache(2**20, "pages")


def _keep_parameters(query_string: str, replaced: tuple[str, ...]) -> str:
    """Return the query string without these parameters, ready for another parameter."""
    known: str | None = _kept.get((query_string, replaced))
    if known is not None:
        return known
    remaining = _remove_parameters(query_string, replaced)
    if len(query_string) <= _LONGEST_KEPT:
        _kept.put((query_string, replaced), remaining, 300 + len(query_string) + len(remaining))
    return remaining


def _remove_parameters(query_string: str, replaced: tuple[str, ...]) -> str:
    pairs = parse_qsl(query_string, encoding="latin-1", keep_blank_values=True)
    kept = [pair for pair in pairs if pair[0].rstrip("[]") not in replaced]
    return urlencode([*kept, ("", "")], encoding="latin-1").removesuffix("=")
