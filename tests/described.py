"""Compares answers with the OpenAPI document: their statuses, and the headers that clients read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

# Any operation may answer them, and a client can only show the problem: `default` stands for them.
GENERIC = {400, 403, 405, 406, 411, 413, 414, 415, 431, 500}
# Of every answer.
EVERYWHERE = {"X-Request-ID"}


def find_operation(document: Mapping[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """Return the operation of the request; `None` if the document has none for it."""
    method = {"HEAD": "get"}.get(method.upper(), method.lower())
    # An address without a variable comes first: `/bulk` is no id.
    for template in sorted(document["paths"], key=lambda each: each.count("{")):
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path.rstrip("/")):
            found: dict[str, Any] | None = document["paths"][template].get(method)
            return found
    return None


def find_answer(document: Mapping[str, Any], operation: dict[str, Any], status: int) -> Any:
    """Return the description of the answer with this status; `None` if there is none."""
    answers = operation["responses"]
    answer = answers.get(str(status)) or (answers.get("default") if status in GENERIC else None)
    return resolve(document, answer) if answer else None


def resolve(document: Mapping[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """Return the component that is referred to, or what is described in place."""
    if "$ref" not in described:
        return described
    _, _, kind, name = described["$ref"].split("/")
    found: dict[str, Any] = document["components"][kind][name]
    return found


def find_undescribed(
    document: Mapping[str, Any], method: str, path: str, status: int, headers: Iterable[str]
) -> list[str]:
    """Return what the document does not say of an answer: its status, and headers by name."""
    operation = find_operation(document, method, path)
    if operation is None:
        return []
    where = f"{method} {path} {status}"
    answer = find_answer(document, operation, status)
    if answer is None:
        return [where]
    described = {name.lower() for name in answer.get("headers", {})}
    sent = {name.lower() for name in headers}
    read = {name.lower() for name in set(settings.CORS_EXPOSE_HEADERS) - EVERYWHERE}
    return [f"{where} {name}" for name in sorted((sent & read) - described)]
