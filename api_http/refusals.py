"""The refusals of the API, for the OpenAPI document: components that all operations share.

`default` stands for each status of 400 and above that an operation does not name. A status is named
where its answer has a header of its own, or where a client acts on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drf_spectacular.plumbing import ResolvedComponent

# An answer has them if the request was counted, whatever its status is.
LIMITS = ("RateLimit", "RateLimit-Policy")
HEADERS: dict[str, dict[str, Any]] = {
    "RateLimit": {
        "schema": {"type": "string"},
        "description": (
            "What is left of each limit that counted the request: `r` requests, and `t` seconds "
            "until all of them are there again"
        ),
    },
    "RateLimit-Policy": {
        "schema": {"type": "string"},
        "description": "Each limit that counted the request: `q` requests in `w` seconds",
    },
    "Retry-After": {
        "schema": {"type": "integer", "minimum": 0},
        "description": "Seconds to wait before the request is sent again",
    },
    "WWW-Authenticate": {
        "schema": {"type": "string"},
        "description": "One challenge a provider",
    },
}


@dataclass(frozen=True)
class Refusal:
    """A refusal: the name of its component, a sentence, and the headers besides `LIMITS`."""

    name: str
    description: str
    headers: tuple[str, ...] = ()


REFUSALS = {
    "401": Refusal("Unauthorized", "Credentials are missing or not valid.", ("WWW-Authenticate",)),
    "404": Refusal("NotFound", "There is no such row, or the caller may not know of it."),
    "409": Refusal("Conflict", "The request contradicts what is stored."),
    "412": Refusal("PreconditionFailed", "The row is in another state."),
    "429": Refusal(
        "TooManyRequests", "A limit is reached, or a lock after failed logins.", ("Retry-After",)
    ),
    "503": Refusal(
        "Unavailable", "A part that the request needs cannot be used now.", ("Retry-After",)
    ),
    "default": Refusal("Refused", "The request was refused."),
}


def refer_to_refusal(registry: Any, status: str, problem: dict[str, Any]) -> dict[str, Any]:
    """Return the reference to the refusal with this status; `problem` is its response without
    headers.
    """
    refusal = REFUSALS[status]
    headers = refer_to_headers(registry, *refusal.headers, *LIMITS)
    schema = {**problem, "description": refusal.description, "headers": headers}
    return _refer(registry, ResolvedComponent.RESPONSE, refusal.name, schema)


def complete_refusal(
    registry: Any, status: str, described: dict[str, Any], problem: dict[str, Any]
) -> dict[str, Any]:
    """Return the refusal that a view describes, with all that it does not say itself."""
    own = REFUSALS[status].headers if status in REFUSALS else ()
    headers = refer_to_headers(registry, *own, *LIMITS)
    return {**problem, **described, "headers": {**headers, **described.get("headers", {})}}


def refer_to_headers(registry: Any, *names: str) -> dict[str, Any]:
    """Return the references to these headers, by name."""
    return {name: _refer(registry, ResolvedComponent.HEADER, name, HEADERS[name]) for name in names}


def _refer(registry: Any, kind: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    component = ResolvedComponent(name, kind, schema, object=name)  # type: ignore[no-untyped-call]
    registry.register_on_missing(component)
    reference: dict[str, Any] = component.ref
    return reference
