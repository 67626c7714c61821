"""GraphQL over HTTP: methods, media types, malformed requests, and GraphiQL for browsers."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.graph import ask

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
NEW = "application/graphql-response+json"


def test_a_query_may_be_sent_with_get(db: None, api: APIClient) -> None:
    query = "query Q($x: Boolean!) { __typename @include(if: $x) }"
    response = api.get(
        "/graphql", {"query": query, "variables": '{"x": true}', "operationName": "Q"}
    )
    assert response.json() == {"data": {"__typename": "Query"}}
    assert response["Cache-Control"] == "no-store"


def test_a_mutation_may_not_be_sent_with_get(db: None, api: APIClient) -> None:
    response = api.get(
        "/graphql",
        {"query": 'mutation { login(credentials: {username: "a", password: "b"}) { id } }'},
    )
    assert (response.status_code, response["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")
    assert response.json()["errors"][0]["message"] == "A mutation is sent with POST."


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(db: None, api: APIClient, method: str) -> None:
    response = getattr(api, method)("/graphql", {"query": "{ __typename }"})
    assert response.status_code == 405
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        ("", "application/json", 400),
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("7", "application/json", 400),
        ("{}", "application/json", 400),
        ('{"query": 7}', "application/json", 400),
        ('{"query": "{ __typename }", "variables": []}', "application/json", 400),
        ('{"query": "{ __typename }", "operationName": {}}', "application/json", 400),
        ('{"query": "{ __typename }", "extensions": 1}', "application/json", 400),
        (b'{"query": "\xff"}', "application/json", 400),
        ("[" * 10_000, "application/json", 400),
        ("query=x", "application/x-www-form-urlencoded", 415),
        ("{ __typename }", "application/graphql", 415),
        ('{"query": "{ __typename }"}', "application/json; charset=latin-1", 415),
        ('{"query": "{ __typename }"}', "", 415),
    ],
)
def test_it_refuses_what_is_no_request(
    db: None, api: APIClient, body: Any, media_type: str, status: int
) -> None:
    response = api.generic("POST", "/graphql", body, content_type=media_type)
    assert response.status_code == status
    assert list(response.json()) == ["errors"]


def test_an_unknown_or_missing_operation_name_is_reported(db: None, api: APIClient) -> None:
    query = "query A { __typename } query B { __typename }"
    for name, words in ((None, "several operations"), ("C", "no operation of the name")):
        answer = api.post("/graphql", {"query": query, "operationName": name}).json()
        assert words in answer["errors"][0]["message"]
    assert api.post("/graphql", {"query": query, "operationName": "B"}).json()["data"]


@pytest.mark.parametrize(
    ("accept", "status"), [("application/json", 200), ("*/*", 200), (NEW, 400)]
)
def test_a_query_that_is_not_valid(db: None, api: APIClient, accept: str, status: int) -> None:
    response = api.post("/graphql", {"query": "{ nothing }"}, headers={"Accept": accept})
    assert response.status_code == status
    assert list(response.json()) == ["errors"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (NEW, NEW),
        (f"{NEW}, application/json;q=0.9", NEW),
        ("application/json; charset=utf-8", "application/json"),
        ("image/png", "application/json"),
        ("text/html", "application/json"),
        ("a/b/c;;q=x,", "application/json"),
    ],
)
def test_it_answers_in_the_media_type_that_is_asked_for(
    db: None, api: APIClient, accept: str, media_type: str
) -> None:
    response = api.post("/graphql", {"query": "{ __typename }"}, headers={"Accept": accept})
    assert response["Content-Type"] == f"{media_type}; charset=utf-8"


def test_a_trailing_slash_makes_no_difference(db: None, api: APIClient) -> None:
    assert api.post("/graphql/", {"query": "{ __typename }"}).json()["data"] == {
        "__typename": "Query"
    }


def test_it_does_not_accept_the_admins_cookie(admin: Any, api: APIClient) -> None:
    api.force_login(admin)
    assert ask(api, "{ userInfo { id } }")["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_introspection_is_off_unless_switched_on(db: None, api: APIClient, settings: Any) -> None:
    query = "{ __schema { types { name } } }"
    assert "introspection has been disabled" in ask(api, query)["errors"][0]["message"]
    settings.GRAPHQL_INTROSPECTION = True
    assert ask(api, query)["data"]
    assert api.post("/graphql", {"query": query}, headers={"Authorization": "Bearer stale"}).json()[
        "data"
    ]


def test_without_introspection_it_suggests_nothing(db: None, api: APIClient, settings: Any) -> None:
    assert "Did you mean" not in ask(api, "{ custmers { id } }")["errors"][0]["message"]
    settings.GRAPHQL_INTROSPECTION = True
    assert "Did you mean" in ask(api, "{ custmers { id } }")["errors"][0]["message"]


def test_a_browser_gets_graphiql_where_it_is_switched_on(
    db: None, api: APIClient, settings: Any
) -> None:
    settings.GRAPHQL_PLAYGROUND = True
    response = api.get("/graphql", headers={"Accept": BROWSER})
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "/static/graphiql/start.js" in response.text
    assert "//" not in response.text.replace("<!--", "")


def test_a_browser_gets_no_graphiql_otherwise(db: None, api: APIClient) -> None:
    response = api.get("/graphql", headers={"Accept": BROWSER})
    assert (response.status_code, response["Content-Type"]) == (
        400,
        "application/json; charset=utf-8",
    )


def test_a_script_may_still_query_with_get_where_graphiql_is(
    db: None, api: APIClient, settings: Any
) -> None:
    settings.GRAPHQL_PLAYGROUND = True
    assert api.get("/graphql", {"query": "{ __typename }"}).json() == {
        "data": {"__typename": "Query"}
    }


@pytest.mark.parametrize(
    "name", ["graphiql.min.js", "graphiql.min.css", "react.production.min.js", "start.js"]
)
def test_graphiql_comes_from_this_service(db: None, client: Any, name: str) -> None:
    response = client.get(f"/static/graphiql/{name}")
    assert response.status_code == 200
    response.close()


PERSISTED = {"persistedQuery": {"version": 1, "sha256Hash": "ecf4edb4" * 8}}
NOT_SUPPORTED = {
    "message": "PersistedQueryNotSupported",
    "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"},
}


@pytest.mark.parametrize(
    "more", [{}, {"query": None}, {"variables": {"a": 1}, "operationName": "Customers"}]
)
def test_a_query_that_is_only_named_by_its_hash_is_asked_for(
    db: None, api: APIClient, more: dict[str, Any]
) -> None:
    response = api.post("/graphql", {"extensions": PERSISTED, **more})
    assert (response.status_code, response.json()) == (200, {"errors": [NOT_SUPPORTED]})
    by_address = api.get("/graphql", {"extensions": json.dumps(PERSISTED)})
    assert (by_address.status_code, by_address.json()) == (200, {"errors": [NOT_SUPPORTED]})


def test_a_query_that_comes_with_its_hash_is_run(db: None, api: APIClient) -> None:
    response = api.post("/graphql", {"query": "{ __typename }", "extensions": PERSISTED})
    assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("body", [{"query": "{"}, {}, {"query": "{ __typename }"}])
def test_no_answer_is_kept_by_a_cache(db: None, api: APIClient, body: dict[str, Any]) -> None:
    assert api.post("/graphql", body)["Cache-Control"] == "no-store"
