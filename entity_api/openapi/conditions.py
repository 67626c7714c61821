"""Conditional requests, clashes and the headers of single rows in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter

READS = ("retrieve",)
LINK_WRITES = ("connect_links", "set_links", "disconnect_links")
WRITES = ("partial_update", "destroy", *LINK_WRITES)
ETAG = "Of the row as the caller sees it"


def describe_conditions(action: str) -> list[OpenApiParameter]:
    """Return the headers of a request for a row, and those of its answer."""
    found = []
    if action in READS:
        found.append(
            _header(
                "If-None-Match", "ETags that the caller has; 304 if the row still has one of them"
            )
        )
    if action in WRITES:
        of_parent = " of the row whose links are changed" if action in LINK_WRITES else ""
        found.append(
            _header("If-Match", f"The ETag{of_parent} that was read; 412 if it has another one now")
        )
    if action in ("retrieve", "partial_update"):
        found.append(_header("ETag", ETAG, answers=[200]))
    if action in LINK_WRITES:
        found.append(_header("ETag", "Of the row whose links are changed", answers=[200, 201]))
    if action == "create":
        found.append(_header("ETag", ETAG, answers=[201]))
        found.append(
            _header(
                "Location", "The address of the row, relative to that of the request", answers=[201]
            )
        )
    return found


def describe_not_modified() -> dict[str, Any]:
    """Return the answer to a client that has the row as it is."""
    etag = {"schema": {"type": "string"}, "description": ETAG}
    return {"description": "The caller has the row as it is.", "headers": {"ETag": etag}}


def list_refusals(action: str, method: str, *, bulk: bool) -> list[str]:
    """Return the statuses of the refusals that a client of this action acts on."""
    found = ["409"] if method != "GET" else []
    if bulk:
        return found if action == "create" else [*found, "404"]
    return [*found, "412"] if action in (*READS, *WRITES) else found


def _header(name: str, description: str, answers: list[int] | None = None) -> OpenApiParameter:
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, description=description, response=answers or False
    )
