"""Middleware."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

Answer = Callable[[Any], Any]


def log_bodies(get_response: Answer) -> Answer:
    def middleware(request: Any) -> Any:
        logging.getLogger("planted").warning("%s", request.body.decode(errors="replace"))
        return get_response(request)

    return middleware


def log_headers(get_response: Answer) -> Answer:
    def middleware(request: Any) -> Any:
        logging.getLogger("planted").warning("%s", request.headers.get("Authorization"))
        return get_response(request)

    return middleware


def log_answers(get_response: Answer) -> Answer:
    def middleware(request: Any) -> Any:
        response = get_response(request)
        logging.getLogger("planted").warning("%s", getattr(response, "content", b"").decode())
        return response

    return middleware


def show_faults(get_response: Answer) -> Answer:
    """Answer unexpected errors outside the API with their text."""

    class Middleware:
        def __call__(self, request: Any) -> Any:
            return get_response(request)

        def process_exception(self, request: Any, exception: Exception) -> Any:
            from django.http import HttpResponse

            return HttpResponse(repr(exception), status=500)

    return Middleware()
