"""Observes each request: its time, its route, its work for the database (docs/operations.md)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from functools import lru_cache
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from api_http.request_log import write_line
from runtime.metrics.families import Counter, Histogram, find_part, numbers, publish_gauges
from runtime.tracing import describe_request, is_tracing, trace_request

requests = Counter("http_requests_total", "Requests that were answered.")
durations = Histogram("http_request_duration_seconds", "Time until an answer began.")
database_seconds = Counter("database_seconds_total", "Time that requests waited for the database.")
statements = Counter("database_statements_total", "Statements that requests sent to the database.")

# Others are counted together: a client may make up as many as it likes.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNKNOWN = "unmatched"
# Their successes would fill the request log.
_PROBES = frozenset({"/api/_health/live", "/api/_health/ready", "/metrics"})
_PARAMETER = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|<(?:\w+:)?(\w+)>")


class _Work(threading.local):
    """What this thread has done for its request."""

    seconds = 0.0
    statements = 0
    is_timed = False


_work = _Work()


class ObservationMiddleware:
    """Counts, times and logs requests. In DEBUG it adds `Server-Timing` to the answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_tracing():
            return self._observe(request)
        with trace_request(request.META) as span:
            response = self._observe(request)
            describe_request(span, name_method(request), find_route(request), response.status_code)
            return response

    def _observe(self, request: HttpRequest) -> HttpResponseBase:
        work = _work
        if not work.is_timed:
            _time_statements()
        work.seconds, work.statements = 0.0, 0
        started = perf_counter()
        response = self.get_response(request)
        seconds = perf_counter() - started
        route = find_route(request)
        _count(name_method(request), route, response.status_code, seconds)
        if settings.REQUEST_LOG and not (route in _PROBES and response.status_code < 400):
            write_line(request, response, route, seconds)
        if settings.DEBUG:
            response.headers["Server-Timing"] = _describe(seconds)
        publish_gauges()
        return response


def find_route(request: HttpRequest) -> str:
    """Return the name of the route that a request has taken."""
    match = request.resolver_match
    return name_route(match.route) if match else UNKNOWN


def name_method(request: HttpRequest) -> str:
    return str(request.method) if request.method in METHODS else "OTHER"


@lru_cache(2_048)
def name_route(route: str) -> str:
    """Return the route of a view as a path with `:name` for each part that varies."""
    return "/" + _PARAMETER.sub(lambda found: f":{found[1] or found[2]}", route).strip("^$")


def _count(method: str, route: str, status: int, seconds: float) -> None:
    requested, parts, total, waited, sent = _find_places(method, route, status)
    numbers.add_all(
        (
            (requested, 1.0),
            (parts[find_part(seconds)], 1.0),
            (total, seconds),
            (waited, _work.seconds),
            (sent, float(_work.statements)),
        )
    )


@lru_cache(8_192)
def _find_places(
    method: str, route: str, status: int
) -> tuple[int, tuple[int, ...], int, int, int]:
    parts, total = durations.find_indexes(route=route)
    return (
        requests.find_index(method=method, route=route, status=str(status)),
        parts,
        total,
        database_seconds.find_index(route=route),
        statements.find_index(route=route),
    )


def _time_statements() -> None:
    """Time the statements of this thread's connections from now on."""
    for connection in connections.all():
        connection.execute_wrappers.insert(0, _run_timed)
    _work.is_timed = True


def _run_timed(run: Callable[..., Any], *arguments: Any) -> Any:
    started = perf_counter()
    try:
        return run(*arguments)
    finally:
        _work.seconds += perf_counter() - started
        _work.statements += 1


def _describe(seconds: float) -> str:
    waited = f'db;dur={_work.seconds * 1000:.1f};desc="{_work.statements} statements"'
    return f"total;dur={seconds * 1000:.1f}, {waited}"
