"""What holds for every API path, whichever view answers."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from pytest_django import Settings
from rest_framework.test import APIClient

from api_http.middleware import is_api_path

pytestmark = pytest.mark.urls(__name__)


def set_cookie(request: HttpRequest) -> HttpResponse:
    if hasattr(request, "session"):  # which pages have
        request.session["seen"] = True
    response = HttpResponse(request.path)
    response.set_cookie("theme", "dark")
    return response


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("inside")


def refuse(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        "<h1>no</h1>", status=409, headers={"Retry-After": "7", "Content-Disposition": "inline"}
    )


urlpatterns = [
    path("api/cookie", set_cookie),
    path("admin/cookie/", set_cookie),
    path("api/fault", fail),
    path("api/refusal", refuse),
]


def test_a_foreign_host_is_refused_without_a_line_in_the_log(
    api: APIClient, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        response = api.get("/api/cookie", headers={"Host": f"evil{number}.example.org"})
        assert_problem(response, 400)
    assert "DisallowedHost" not in capfd.readouterr().err


def assert_problem(response: HttpResponseBase, status: int) -> None:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert not response.cookies


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/api", True),
        ("/api/customers", True),
        ("/api-json", True),
        ("/graphql", True),
        ("/.well-known/jwks.json", True),
        ("/apiary", False),
        ("/admin/", False),
        ("/", False),
    ],
)
def test_it_knows_the_api(address: str, expected: bool) -> None:  # noqa: FBT001
    assert is_api_path(address) is expected


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_trailing_slash_does_not_matter(db: None, api: APIClient, method: str) -> None:
    response = api.generic(method, "/api/cookie/")
    assert (response.status_code, response.content) == (200, b"/api/cookie")


def test_two_trailing_slashes_do(api: APIClient) -> None:
    assert_problem(api.get("/api/cookie//"), 404)


def test_the_api_sets_no_cookie(db: None, api: APIClient) -> None:
    assert not api.get("/api/cookie").cookies
    assert set(api.get("/admin/cookie/").cookies) == {"theme", "sessionid"}


@pytest.mark.parametrize("debug", [False, True])
def test_an_unknown_path_is_a_problem(api: APIClient, settings: Settings, debug: bool) -> None:  # noqa: FBT001
    settings.DEBUG = debug
    response = api.post("/api/nothing")
    assert_problem(response, 404)
    assert response.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Not found.",
    }


@pytest.mark.parametrize("debug", [False, True])
def test_a_fault_outside_of_drf_is_a_problem_too(settings: Settings, debug: bool) -> None:  # noqa: FBT001
    settings.DEBUG = debug
    response = APIClient(raise_request_exception=False).get("/api/fault")
    assert_problem(response, 500)
    assert "inside" not in response.text


def test_an_unknown_host_is_a_problem(api: APIClient) -> None:
    response = api.get("/api/cookie", headers={"Host": "evil.example"})
    assert_problem(response, 400)
    assert "evil" not in response.text


def test_a_problem_keeps_the_headers_that_are_not_about_the_page(api: APIClient) -> None:
    response = api.get("/api/refusal")
    assert_problem(response, 409)
    assert response["Retry-After"] == "7"
    assert "Content-Disposition" not in response
    assert response["Content-Length"] == str(len(response.content))


@pytest.mark.parametrize("length", ["1048577", "9" * 30])
def test_a_refusal_carries_the_security_headers(api: APIClient, length: str) -> None:
    response = api.generic("GET", "/api/cookie", CONTENT_LENGTH=length)
    assert_problem(response, 413)
    assert response["X-Content-Type-Options"] == "nosniff"


def test_other_paths_are_left_alone(api: APIClient) -> None:
    response = api.get("/elsewhere")
    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")
