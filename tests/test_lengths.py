"""An address and a header of any length: refused from a length on that no client needs."""

import pytest
from rest_framework.test import APIClient

from api_http.lengths import LONGEST_HEADER, LONGEST_PATH, LONGEST_QUERY
from tests.rest import MISSING, assert_problem


@pytest.mark.parametrize("path", ["/api/customers/", "/graphql/", "/admin/", "/static/", "/"])
def test_a_long_path_is_refused(api: APIClient, path: str) -> None:
    response = api.get(path.ljust(LONGEST_PATH + 1, "x"))
    assert_problem(response, 414)
    assert response.json()["title"] == "URI Too Long"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_long_query_string_is_refused(rest: APIClient) -> None:
    assert (
        rest.get("/api/customers?" + "&".join([f"where[id][in]={MISSING}"] * 1_000)).status_code
        == 200
    )
    assert_problem(rest.get("/api/customers?".ljust(LONGEST_QUERY + 16, "x")), 414)


@pytest.mark.parametrize(
    "name", ["Accept", "Origin", "Prefer", "Cookie", "If-None-Match", "X-Forwarded-For", "X"]
)
def test_a_long_header_is_refused(rest: APIClient, name: str) -> None:
    assert rest.get("/api/customers", headers={name: "x" * LONGEST_HEADER}).status_code == 200
    response = rest.get("/api/customers", headers={name: "x" * (LONGEST_HEADER + 1)})
    assert_problem(response, 431)
    assert response["Cache-Control"] == "no-store"
    assert response["X-Request-Id"]


def test_long_credentials_are_bad_credentials(db: None, api: APIClient) -> None:
    response = api.get("/api/customers", headers={"Authorization": "Bearer " + "x" * 60_000})
    assert "Bearer" in response["WWW-Authenticate"]
    assert_problem(response, 401)
