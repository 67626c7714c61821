"""What a client sends never comes back in an error, nor does it reach the log: it may hold a
password.
"""

from typing import Any

import pytest
from rest_framework.test import APIClient

SECRET = "correct-horse-battery-staple"
LOGIN = "mutation ($c: Credentials!) { login(credentials: $c) { id } }"
CREATE = "mutation ($data: UserCreateInput!) { createUser(data: $data) { id } }"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (LOGIN, {"c": SECRET}),
        (LOGIN, {"c": [SECRET]}),
        (LOGIN, {"c": {"username": "admin", "password": [SECRET]}}),
        (LOGIN, {"c": {"username": "admin", "password": {"is": SECRET}}}),
        (LOGIN, {"c": {"username": "admin", "passwort": SECRET}}),
        (LOGIN, {"c": {"username": {"name": "admin"}, "password": SECRET}}),
        (LOGIN, {"c": {"username": "admin", "password": SECRET}, "unused": SECRET}),
        (CREATE, {"data": {"username": 7, "password": SECRET}}),
        (CREATE, {"data": {"username": "x", "password": SECRET, "isActive": SECRET}}),
        (CREATE, {"data": {"username": "x", "password": SECRET, "roles": [{"name": SECRET}]}}),
        ("query ($n: Float) { users(take: $n) { id } }", {"n": SECRET}),
        ("query ($o: [UserOrderByInput!]) { users(orderBy: $o) { id } }", {"o": {"id": SECRET}}),
    ],
)
def test_it_never_repeats_a_variable(
    db: None,
    api: APIClient,
    caplog: pytest.LogCaptureFixture,
    query: str,
    variables: dict[str, Any],
) -> None:
    response = api.post("/graphql", {"query": query, "variables": variables})
    assert response.json()["errors"][0]["extensions"]["code"] in (
        "BAD_USER_INPUT",
        "UNAUTHENTICATED",
    )
    assert SECRET not in response.text + caplog.text


@pytest.mark.parametrize(
    "query",
    [
        f'mutation {{ login(credentials: "{SECRET}") {{ id }} }}',
        f'mutation {{ login(credentials: {{username: "admin", password: ["{SECRET}"]}}) {{ id }} }}',
        f'mutation {{ login(credentials: {{username: "admin", passwort: "{SECRET}"}}) {{ id }} }}',
        f'mutation {{ login(credentials: {{username: {{is: "{SECRET}"}}, password: "x"}}) {{ id }} }}',
        f'mutation {{ login(credentials: {{username "{SECRET}"}}) {{ id }} }}',
        f'mutation {{ login(credentials: {{username: "admin" "{SECRET}"}}) {{ id }} }}',
        f'mutation {{ login(credentials: {{username: "admin", password: "{SECRET}}}) {{ id }} }}',
        f'mutation {{ login(credentials: {{username: "admin", password: """{SECRET}""" """{SECRET}"""}}) {{ id }} }}',
        f'mutation {{ login(credentials: {{username: "admin", password: {SECRET.replace("-", "_")}}}) {{ id }} }}',
        f'mutation ($p: String! = ["{SECRET}"]) {{ login(credentials: {{username: "a", password: $p}}) {{ id }} }}',
        f'query {{ users(orderBy: {{id: "{SECRET}"}}) {{ id }} }}',
        f'query {{ users(take: "{SECRET}") {{ id }} }}',
        f'query {{ users(where: {{createdAt: {{gt: ["{SECRET}"]}}}}) {{ id }} }}',
        f'query {{ users @include(if: "{SECRET}") {{ id }} }}',
    ],
)
def test_it_never_repeats_a_literal(
    db: None, api: APIClient, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    response = api.post("/graphql", {"query": query})
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert SECRET not in response.text + caplog.text
    assert SECRET.replace("-", "_") not in response.text


@pytest.mark.parametrize(
    ("text", "expected"), [("1234567x", "Invalid number"), (r'"\u12 4"', "Invalid Unicode escape")]
)
def test_it_cuts_what_the_lexer_quotes(db: None, api: APIClient, text: str, expected: str) -> None:
    error = api.post("/graphql", {"query": f"{{ users(take: {text}) {{ id }} }}"}).json()["errors"][
        0
    ]
    assert expected in error["message"]
    assert "'" not in error["message"]


def test_it_says_what_a_variable_may_be_and_where(db: None, api: APIClient) -> None:
    answer = api.post(
        "/graphql", {"query": LOGIN, "variables": {"c": {"username": 1, "x/y": 2}}}
    ).json()
    assert answer["errors"][0]["message"] == "The input is not valid."
    assert answer["errors"][0]["extensions"]["errors"] == [
        {"pointer": "#/variables/c/x~1y", "detail": "There is no such field.", "code": "unknown"},
        {
            "pointer": "#/variables/c/password",
            "detail": "This field is required.",
            "code": "required",
        },
        {"pointer": "#/variables/c/username", "detail": "This must be a text.", "code": "invalid"},
    ]
