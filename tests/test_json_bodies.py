"""What of a body is read, and what is refused; an echoing view stands for all."""

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from api_http.request import TolerantRequest

pytestmark = pytest.mark.urls(__name__)
JSON = "application/json"
LIMIT = 1024 * 1024


class EchoView(APIView):
    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        return Response({"body": request.data})


urlpatterns = [path("api/echo", EchoView.as_view())]


def send(api: APIClient, body: Any, content_type: str = JSON, **environ: Any) -> Any:
    return api.generic("POST", "/api/echo", body, content_type, **environ)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.5, "\\u00e9", null]}', {"a": [1, 2.5, "é", None]}),
        (b" 7 ", 7),
        (b'"' + b"x" * (LIMIT - 2) + b'"', "x" * (LIMIT - 2)),
        (b"", {}),
    ],
)
def test_it_reads_json(api: APIClient, body: bytes, value: object) -> None:
    response = send(api, body, JSON)
    assert (response.status_code, response.json()) == (200, {"body": value})


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"  ",
        b"{'a': 1}",
        b'{"a": NaN}',
        b"[Infinity]",
        b"[1e999]",
        b"[01]",
        b'{"a": 1,}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        '{"a": 1}'.encode("utf-16"),
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"secret\x00",
    ],
)
def test_it_refuses_what_is_not_json(api: APIClient, body: bytes) -> None:
    response = send(api, body, JSON)
    assert response.status_code == 400
    assert (
        response.json()["detail"] == "The body is not valid JSON in UTF-8, or is nested too deeply."
    )


def test_it_refuses_a_long_body(api: APIClient) -> None:
    response = send(api, b'"' + b"x" * LIMIT + b'"', JSON)
    assert (response.status_code, response.json()["title"]) == (413, "Content Too Large")


def test_it_refuses_a_long_body_before_it_arrives(api: APIClient) -> None:
    assert send(api, b"{}", JSON, CONTENT_LENGTH=str(10**12)).status_code == 413


def test_it_refuses_a_body_of_unknown_length(api: APIClient) -> None:
    response = send(api, b"{}", JSON, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert (response.status_code, response.json()["title"]) == (411, "Length Required")


@pytest.mark.parametrize(
    "charset", ["", "; charset=utf-8", '; charset="UTF-8"', ";charset=utf8", "; version=1"]
)
def test_it_reads_utf_8_only_and_says_so(api: APIClient, charset: str) -> None:
    assert send(api, b"{}", JSON + charset).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/json, text/html",
        "application/jsonp",
        "*/*",
    ],
)
def test_it_refuses_another_type(api: APIClient, content_type: str) -> None:
    response = send(api, b"{}", content_type)
    assert (response.status_code, response["Content-Type"]) == (415, "application/problem+json")


def test_it_survives_a_type_that_cannot_be_read() -> None:
    environ = RequestFactory().post("/api/echo", "{}", JSON).environ
    request = TolerantRequest(environ | {"CONTENT_TYPE": f"{JSON}; charset*=nowhere''x"})
    assert WSGIHandler().get_response(request).status_code == 415


@pytest.mark.parametrize(
    ("encoding", "status"), [("gzip", 415), ("identity", 200), ("br", 415), ("gzip, identity", 415)]
)
def test_it_refuses_an_encoded_body(api: APIClient, encoding: str, status: int) -> None:
    response = send(api, b"{}", JSON, HTTP_CONTENT_ENCODING=encoding)
    assert response.status_code == status


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "nonsense", "*/*;q=0", "x" * 10_000]
)
def test_it_answers_json_whatever_is_asked_for(api: APIClient, accept: str) -> None:
    response = api.post("/api/echo", {"a": 1}, HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"]) == (200, JSON)
