"""Errors of pages, such as the admin's.

Those of the API are problem documents (api_http/problems.py).
"""

from __future__ import annotations

import sys
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error

from api_http.data_faults import OutOfRange
from api_http.problems import report_fault, translate_exception


def answer_outage(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """Return 503 with Retry-After for an error that passes by itself, and the refusal of a value by
    the database; `None` for other errors.
    """
    problem = translate_exception(error) if isinstance(error, Exception) else None
    if problem is None:
        return None
    status, headers = problem.status_code, {}
    if status == 503:
        headers["Retry-After"] = str(ceil(getattr(problem, "wait", 2)))
    elif not isinstance(problem, OutOfRange):
        return None
    return HttpResponse(str(problem.detail), "text/plain", status, headers=headers)


def answer_fault(request: HttpRequest) -> HttpResponse:
    """Answer an error that left a middleware.

    Django calls this while it handles the error, and logs it.
    """
    return answer_outage(request, sys.exc_info()[1]) or server_error(request)


def answer_view_outage(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Return and log the answer to an outage in a view; `None` for any other error."""
    response = answer_outage(request, error)
    if response is not None:
        report_fault(error, request, response)
    return response
