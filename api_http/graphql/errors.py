"""Every error in GraphQL's form: the words that REST has for it, and a code in its `extensions`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import orjson
from graphql import GraphQLError, GraphQLSyntaxError
from rest_framework.request import Request

from api_http.problems import MOST_ERRORS, handle_exception

BAD_USER_INPUT = "BAD_USER_INPUT"
CODES = {
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_SERVER_ERROR",
    503: "SERVICE_UNAVAILABLE",
}
# The members of a problem that GraphQL has places of its own for, or no use.
_PROBLEM_ONLY = frozenset({"type", "title", "status", "detail"})
# A syntax error quotes what it stumbled over, which may be a password without its quotation mark.
_QUOTED = re.compile(
    r"(?<=Name|.Int) '.*|(?<=Float) '.*|(?<=String) '.*|: '.*|, did you mean '0.*", re.DOTALL
)


class RefusedError(Exception):
    """The request is not executed at all, for these reasons."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__("the request is refused")
        self.errors = errors


def refuse(message: str, *nodes: Any) -> RefusedError:
    return RefusedError(GraphQLError(message, list(nodes)))


def render_errors(errors: Iterable[GraphQLError], request: Request) -> list[dict[str, Any]]:
    """Return the errors of the answer. Internal causes are logged and left out of the answer."""
    return [_render_error(error, request) for error in islice(errors, MOST_ERRORS)]


def _render_error(error: GraphQLError, request: Request) -> dict[str, Any]:
    rendered: dict[str, Any] = {"message": error.message}
    if error.locations:
        rendered["locations"] = [location.formatted for location in error.locations]
    if error.path:
        rendered["path"] = error.path
    if fault := _find_fault(error):
        return rendered | render_problem(describe_problem(fault, request))
    if isinstance(error, GraphQLSyntaxError):
        rendered["message"] = _QUOTED.sub(".", error.message)
    return rendered | {"extensions": {"code": BAD_USER_INPUT, **(error.extensions or {})}}


def _find_fault(error: GraphQLError) -> Exception | None:
    """Return the exception of a resolver; `None` if the request itself is wrong."""
    fault = error.original_error
    if error.path is None:
        return None
    if fault is None or isinstance(fault, GraphQLError):
        # An error with nodes is about an argument. An error without is about a resolver's value.
        return None if fault is not None and fault.nodes else error
    return fault


def render_problem(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message and the extensions with the content of a problem document."""
    members = {name: value for name, value in problem.items() if name not in _PROBLEM_ONLY}
    return {
        "message": problem["detail"],
        "extensions": {"code": CODES.get(problem["status"], BAD_USER_INPUT), **members},
    }


def describe_problem(exc: Exception, request: Request) -> dict[str, Any]:
    """Return the problem document that REST would answer with, having logged what REST would log.

    `retryAfter` has the seconds of REST's header `Retry-After`.
    """
    try:
        raise exc
    except Exception as raised:  # noqa: BLE001 (so that error trackers find it in sys.exc_info, as for any view)
        response = handle_exception(raised, {"request": request})
    problem: dict[str, Any] = orjson.loads(response.content)
    if seconds := response.headers.get("Retry-After"):
        problem["retryAfter"] = int(seconds)
    return problem
