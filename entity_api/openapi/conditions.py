"""Conditional requests, and the headers of single rows, in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter

READS = ("retrieve",)
LINK_WRITES = ("connect_links", "set_links", "disconnect_links")
WRITES = ("partial_update", "destroy", *LINK_WRITES)


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
        found.append(_header("ETag", "Of the row as the caller sees it", answers=[200]))
    if action == "create":
        found.append(_header("ETag", "Of the row as the caller sees it", answers=[201]))
        found.append(
            _header(
                "Location", "The address of the row, relative to that of the request", answers=[201]
            )
        )
    return found


def add_conditional_answers(action: str, operation: dict[str, Any]) -> None:
    """Add the answers 304 and 412 to an operation that takes a condition."""
    answers = operation["responses"]
    if action in READS:
        answers["304"] = {"description": "The caller has the row as it is."}
    if action in (*READS, *WRITES):
        answers["412"] = {**answers["default"], "description": "The row is in another state."}


def _header(name: str, description: str, answers: list[int] | None = None) -> OpenApiParameter:
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, description=description, response=answers or False
    )
