"""Asking GraphQL, as a client does."""

from typing import Any

from rest_framework.test import APIClient


def ask(client: APIClient, query: str, **variables: Any) -> dict[str, Any]:
    """Send one operation and return the parsed answer."""
    answer: dict[str, Any] = client.post(
        "/graphql", {"query": query, "variables": variables}
    ).json()
    return answer


def ask_data(client: APIClient, query: str, **variables: Any) -> dict[str, Any]:
    """Send one operation that has to succeed, and return its data."""
    answer = ask(client, query, **variables)
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data


def ask_error(client: APIClient, query: str, **variables: Any) -> dict[str, Any]:
    """Send one operation that has to fail for one reason, and return that error."""
    answer = ask(client, query, **variables)
    assert not answer.get("data"), answer
    (error,) = answer["errors"]
    return dict(error)
