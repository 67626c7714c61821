"""Every error of the API as `application/problem+json` (RFC 9457)."""

from collections.abc import Iterator, Mapping
from http.client import responses
from itertools import islice
from math import ceil
from typing import Any
from urllib.parse import quote

import orjson
from django.conf import settings
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DatabaseError, IntegrityError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.log import log_response
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotAuthenticated,
    NotFound,
    ParseError,
    PermissionDenied,
    ValidationError,
)
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from api_http.clashes import is_clash
from api_http.data_faults import OutOfRange, is_data_fault
from api_http.exceptions import Busy, Clash, Unavailable
from api_http.json import BodyTooLarge
from api_http.outages import is_outage
from runtime.tracing import read_trace_id

MEDIA_TYPE = "application/problem+json"
# A hostile body of a hundred thousand unknown fields must not buy a far longer answer.
MOST_ERRORS = 100
# They describe the page that is replaced, not the answer as such.
_BODY_HEADERS = (
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
    "Content-Language",
    "Content-Disposition",
)
# The forms in which errors are promised; the others are GraphQL's.
_FORMS = (MEDIA_TYPE, "application/graphql-response+json", "application/json")
_DETAILS = {
    400: "The request cannot be answered.",
    403: "You may not do this.",
    404: "Not found.",
    405: "The method is not allowed here.",
    412: "What is here is not in the state that the request asks for.",
}
_FRAGMENT_CHARACTERS = "!$&'()*+,;=:@?"
# Python before 3.13 has the older names of these (RFC 9110 sections 15.5.14 and 15.5.15).
_TITLES = responses | {413: "Content Too Large", 414: "URI Too Long"}
# A client learns no more from them than from the status.
_COMMON_CODES = frozenset({None, AuthenticationFailed.default_code, "expired", "malformed"})
_FAULT = "The service failed to answer; the fault was logged."


def handle_exception(exc: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Answer any exception of a view. An unknown exception is a logged 500."""
    set_rollback()
    error = translate_exception(exc)
    response = render_exception(error) if error else render_problem(500, _FAULT)
    if response.status_code >= 500 or isinstance(error, OutOfRange):
        report_fault(exc, context["request"], response)
    return response


def translate_exception(exc: Exception) -> APIException | None:
    """Return the DRF exception for `exc`, without its text; `None` for an unknown exception."""
    match exc:
        case NotAuthenticated() | AuthenticationFailed():
            # DRF makes a 403 of it where a view has no challenge to send.
            exc.status_code = 401
            return exc
        case APIException():
            return exc
        case Http404():
            return NotFound()
        case DjangoPermissionDenied():
            return PermissionDenied()
        case RequestDataTooBig():
            return BodyTooLarge()
        case SuspiciousOperation() | UnreadablePostError():
            return ParseError("The request cannot be read.")
        case DatabaseError() | InterfaceError() if is_outage(exc):
            return Unavailable()
        case IntegrityError() if is_clash(exc):
            return Clash()
        case DatabaseError() if is_data_fault(exc):
            return OutOfRange()
    return None


def report_fault(exc: Exception, request: Request | HttpRequest, response: HttpResponse) -> None:
    """Log an answer with its cause as an error, or as a warning where there is no fault."""
    # Django does both for an exception that leaves a view. Error trackers use either.
    if response.status_code == 500:
        got_request_exception.send(sender=None, request=request)
    is_busy = isinstance(exc, Busy)
    how: dict[str, Any] = {"level": "warning"} if is_busy else {"level": "error", "exception": exc}
    log_response(
        "%s: %s", response.reason_phrase, request.path, response=response, request=request, **how
    )


def render_exception(exc: APIException) -> HttpResponse:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if seconds := getattr(exc, "wait", None):
        headers["Retry-After"] = str(ceil(seconds))
    if isinstance(exc, ValidationError):
        return render_problem(
            exc.status_code, "The input is not valid.", headers, **_list_errors(exc.detail)
        )
    members = _name_reason(exc) | _explain(exc) | _list_errors(getattr(exc, "faults", None))
    return render_problem(exc.status_code, _describe(exc), headers, **members)


def _list_errors(faults: Any) -> dict[str, Any]:
    """Return the member `errors` for DRF's tree of errors; empty without an error."""
    errors = list(islice(flatten_errors(faults), MOST_ERRORS)) if faults else []
    return {"errors": errors} if errors else {}


def _name_reason(exc: APIException) -> dict[str, Any]:
    """Return the code of a refused login, if the provider has given it one: a client acts by it."""
    code = getattr(exc.detail, "code", None)
    has_code = isinstance(exc, AuthenticationFailed) and code not in _COMMON_CODES
    return {"code": code} if has_code else {}


def _explain(exc: APIException) -> dict[str, Any]:
    # Developers see the rule that refused. Attackers must not.
    explanation = getattr(exc, "explanation", "") if settings.DEBUG else ""
    return {"explanation": explanation} if explanation else {}


def _describe(exc: APIException) -> str:
    detail: Any = exc.detail
    if isinstance(detail, dict):
        detail = detail.get("detail", exc.default_detail)
    if isinstance(detail, list) and detail:
        detail = detail[0]
    return str(detail)


def render_problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **members: object
) -> HttpResponse:
    """Return a problem of type `about:blank`, whose title is the phrase of the status (RFC 9457
    section 4.2.1).
    """
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
    }
    if trace := read_trace_id():
        problem["traceId"] = trace
    body = orjson.dumps(problem | members)
    return HttpResponse(
        body, MEDIA_TYPE, status, headers={**(headers or {}), "Content-Length": str(len(body))}
    )


def ensure_problem(response: HttpResponseBase) -> HttpResponseBase:
    """Return an answer of 400 or above: where it is a page of Django, as a problem."""
    if response.headers.get("Content-Type", "").startswith(_FORMS):
        return response
    kept = {name: value for name, value in response.headers.items() if name not in _BODY_HEADERS}
    detail = _DETAILS.get(response.status_code, "The service failed to answer.")
    return render_problem(response.status_code, detail, kept)


def flatten_errors(detail: Any, pointer: str = "#") -> Iterator[dict[str, str]]:
    """Yield pointer (RFC 6901, as a URI fragment), detail and code of each error in DRF's tree of
    errors.
    """
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from flatten_errors(inner, extend_pointer(pointer, key))
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list | tuple)
            below = extend_pointer(pointer, index) if nested else pointer
            yield from flatten_errors(inner, below)
    else:
        yield {
            "pointer": pointer,
            "detail": str(detail),
            "code": getattr(detail, "code", None) or "invalid",
        }


def extend_pointer(pointer: str, key: object) -> str:
    if key == api_settings.NON_FIELD_ERRORS_KEY:
        return pointer
    escaped = str(key).replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{quote(escaped, safe=_FRAGMENT_CHARACTERS)}"
