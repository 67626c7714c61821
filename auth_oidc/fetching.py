"""HTTP to issuers, whose answers are JSON objects."""

from __future__ import annotations

from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request

import orjson
from django.views.decorators.debug import sensitive_variables

from api_http.outgoing import ask

# For an answer, with the look-up of the name.
SECONDS = 5
MOST_BYTES = 2**19


class FetchError(Exception):
    """The issuer gives no usable answer. The text has the reason, and nothing of the answer."""


def fetch_document(url: str) -> dict[str, Any]:
    """Return a JSON object. Raises FetchError."""
    status, document = _ask(Request(url))  # noqa: S310 (its callers ask issuers.is_safe)
    if status != 200:
        raise FetchError(f"{url} answers {status}")
    return document


@sensitive_variables("form", "headers", "body")
def post_form(
    url: str, form: dict[str, str], headers: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object of the answer. Raises FetchError."""
    body = urlencode(form).encode()
    return _ask(Request(url, body, headers))  # noqa: S310


def _ask(request: Request) -> tuple[int, dict[str, Any]]:
    request.add_header("Accept", "application/json")
    try:
        status, body = ask(request, seconds=SECONDS, most_bytes=MOST_BYTES)
        document = orjson.loads(body)
    except TimeoutError:
        raise FetchError(f"{request.full_url} does not answer in {SECONDS} s") from None
    except (OSError, HTTPException, ValueError) as error:
        raise FetchError(f"{request.full_url} fails: {type(error).__name__}") from None
    if not isinstance(document, dict):
        raise FetchError(f"{request.full_url} answers no JSON object")
    return status, document
