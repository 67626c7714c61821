"""The cookies of an answer of the API. It has no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

# The attribute of a request that holds them.
NAME = "cookies_of_answer"


def answer_cookies(request: Request | HttpRequest) -> HttpResponse:
    """Return an object that takes the cookies of the answer: `set_cookie()` and `delete_cookie()`
    are Django's. Raises nothing.

    They are sent if the request succeeds, by REST and GraphQL. A login that fails after all drops
    them. No other cookies leave the API.
    """
    attributes = _attributes(request)
    if NAME not in attributes:
        attributes[NAME] = HttpResponse()
    found: HttpResponse = attributes[NAME]
    return found


def drop_cookies(request: Request | HttpRequest) -> None:
    """Forget the cookies: what they are about was taken back."""
    _attributes(request).pop(NAME, None)


def send_cookies(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the cookies to an answer that is no error."""
    if response.status_code < 400:
        response.cookies.update(answer_cookies(request).cookies)


class CookieMiddleware:
    """Sends the cookies in a project without ApiMiddleware, which does so itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if NAME in vars(request):
            send_cookies(request, response)
        return response


def _attributes(request: Request | HttpRequest) -> dict[str, Any]:
    return vars(getattr(request, "_request", request))
