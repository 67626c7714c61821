"""Conditional requests (RFC 9110 section 13), which keep a client from undoing what it has not
seen.

The ETag of a row is a digest of the JSON that this caller is shown, so it differs for callers who
see different fields. It is strong: the bytes are the same. `If-Match` is compared with it inside
the transaction of the write, after the row is locked. Of two writes with one ETag the second finds
another row than its client has read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from entity_api.reading.presenting import show_row

if TYPE_CHECKING:
    from rest_framework.request import Request

    from entity_api.hooks import EntityHooks

IF_MATCH = "HTTP_IF_MATCH"
IF_NONE_MATCH = "HTTP_IF_NONE_MATCH"


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "The row is not in the state that the request asks for. Read it again."
    default_code = "precondition_failed"


def read_condition(view: EntityHooks) -> Callable[[Any], None] | None:
    """Return what the request asks of the row that it changes; `None` where it asks nothing.

    A change of a link to many is about the parent row. The function compares with a row that is
    locked, and raises PreconditionFailed.
    """
    headers = view.request.META
    if IF_MATCH not in headers and IF_NONE_MATCH not in headers:
        return None
    return partial(_require, view)


def _require(view: EntityHooks, row: Any) -> None:
    headers, tag = view.request.META, make_tag(view, row)
    if not _meets_if_match(headers, tag) or not _meets_if_none_match(headers, tag):
        raise PreconditionFailed


def make_tag(view: EntityHooks, row: Any) -> str:
    """Return the ETag that an answer with this row has for the caller."""
    renderer: Any = view.request.accepted_renderer
    return _make_tag(renderer.render(show_row(view, row)))


def tag_answer(request: Request, response: HttpResponse) -> HttpResponse:
    """Add the ETag to an answer with one row.

    A read that is conditional gives 304, or raises PreconditionFailed.
    """
    if isinstance(response, Response):  # of another renderer, which has not made its bytes yet
        return response
    tag = _make_tag(response.content)
    response.headers["ETag"] = tag
    if request.method not in ("GET", "HEAD"):
        return response
    if not _meets_if_match(request.META, tag):
        raise PreconditionFailed
    if _meets_if_none_match(request.META, tag):
        return response
    unchanged = HttpResponse(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
    del unchanged.headers["Content-Type"]
    return unchanged


def _make_tag(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:32]}"'


def _meets_if_match(headers: Any, tag: str) -> bool:
    if IF_MATCH not in headers:
        return True
    # The strong comparison (section 8.8.3.2): a weak tag is never equal.
    return any(each in ("*", tag) for each in parse_etags(headers[IF_MATCH]))


def _meets_if_none_match(headers: Any, tag: str) -> bool:
    tags = parse_etags(headers.get(IF_NONE_MATCH, ""))
    return not any(each.removeprefix("W/") in ("*", tag) for each in tags)
