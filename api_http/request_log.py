"""The request log: a line of JSON on stderr for each request, without values of its query."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from runtime.tracing import read_trace_id

REQUEST_ID = "HTTP_X_REQUEST_ID"
_LONGEST_PATH = 300
_LONGEST_METHOD = 20
_STDERR = 2


def write_line(
    request: HttpRequest, response: HttpResponseBase, route: str, seconds: float
) -> None:
    """Write the line. Never fails: a request is answered also where the log's disk is full.

    The line goes past `logging`, which takes five times as long.
    """
    line = {
        "time": f"{datetime.now(UTC).isoformat(timespec='milliseconds')[:-6]}Z",
        "method": _make_plain(str(request.method), _LONGEST_METHOD),
        "route": route,
        "path": _make_plain(request.path, _LONGEST_PATH),
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 2),
        **_describe_caller(request),
    }
    try:
        # One call for a line: lines of other workers do not come in between.
        os.write(_find_stderr(), orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    except (OSError, ValueError):
        return


def _describe_caller(request: HttpRequest) -> dict[str, str]:
    """Return what is known of the caller by now. Starts no authentication."""
    facts = vars(request)
    user: Any = facts.get("user") or facts.get("_cached_user")
    user = facts.get("_cached_user") if _is_lazy(user) else user
    key = getattr(user, "pk", None)
    known = {} if key is None else {"user": str(key)}
    if provider := facts.get("accepted_by"):
        known["provider"] = provider
    if request_id := request.META.get(REQUEST_ID):
        known["request_id"] = _make_plain(request_id, 64)
    if trace := read_trace_id():
        known["trace_id"] = trace
    return known


def _is_lazy(user: Any) -> bool:
    """Whether this is Django's lazy user of a page, who may not have been read."""
    return "_wrapped" in getattr(user, "__dict__", ())


def _make_plain(text: str, longest: int) -> str:
    """Return a text of a client without characters that mean something to a terminal."""
    short = text[:longest]
    return short if short.isascii() and short.isprintable() else quote(short, errors="replace")


def _find_stderr() -> int:
    # Tests replace the stream.
    return _STDERR if sys.stderr is sys.__stderr__ else sys.stderr.fileno()
