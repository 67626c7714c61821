"""Every surface on which a password is tried, asked the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.conftest import make_basic_header

Try = Callable[..., Any]
MUTATION = "mutation ($given: Credentials!) {login(credentials: $given) {accessToken}}"


def try_rest(username: str, password: str, **extra: Any) -> Any:
    body = {"username": username, "password": password}
    return Client().post("/api/login", body, content_type="application/json", **extra)


def try_graphql(username: str, password: str, **extra: Any) -> Any:
    body = {"query": MUTATION, "variables": {"given": {"username": username, "password": password}}}
    return Client().post("/graphql", body, content_type="application/json", **extra)


def try_basic(username: str, password: str, **extra: Any) -> Any:
    return Client().get(
        "/api/me", HTTP_AUTHORIZATION=make_basic_header(username, password), **extra
    )


def try_admin(username: str, password: str, **extra: Any) -> Any:
    return Client().post(
        "/admin/login/?next=/admin/", {"username": username, "password": password}, **extra
    )


SURFACES: dict[str, Try] = {
    "rest": try_rest,
    "graphql": try_graphql,
    "basic": try_basic,
    "admin": try_admin,
}
WELCOMES = {"rest": 201, "graphql": 200, "basic": 200, "admin": 302}


def is_locked(surface: str, response: Any) -> bool:
    if surface != "graphql":
        return bool(response.status_code == 429)
    return any(
        error["extensions"]["code"] == "TOO_MANY_REQUESTS"
        for error in response.json().get("errors", [])
    )


def is_welcome(surface: str, response: Any) -> bool:
    if response.status_code != WELCOMES[surface]:
        return False
    return surface != "graphql" or "errors" not in response.json()
