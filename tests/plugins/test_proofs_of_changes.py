"""The table in docs/asvs.md of the proofs for each change of a credential, tried row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from auth_apikey.models import ApiKey
from auth_core.challenges import TakesCredentials
from auth_core.registry import plugin_apps
from auth_mfa.models import Factor, Passkey
from auth_oidc.identities import link
from auth_oidc.models import Identity
from tests.graph import ask
from tests.plugins.mfa import SECRET, enrol
from tests.sessions import begin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
PAGE = (Path(settings.BASE_DIR) / "docs" / "asvs.md").read_text()
TABLE = PAGE.partition("## What a change of a credential asks for")[2]
LINE = re.compile(r"^\| `(\w+) (/api/\S+)` \| (?:`(\w+)`)? ?\| (\w+) \|$", re.MULTILINE)
ROWS = LINE.findall(TABLE)
# For those who are not logged in.
PUBLIC = {
    "beginPasskeyLogin",
    "confirmMagicLogin",
    "logInByPasskey",
    "login",
    "register",
    "requestMagicLogin",
    "requestPasswordReset",
    "resetPassword",
    "verifyEmail",
}
BODIES: dict[str, dict[str, Any]] = {
    "/api/me/password": {"newPassword": "analytical engine of 1837"},
    "/api/me/email": {"email": "thief@example.org"},
    "/api/api-keys": {"name": "thief"},
    "/api/oidc/link": {"code": "x", "codeVerifier": "v" * 43},
    "/api/me/factors/totp/confirm": {"otp": "123456"},
    "/api/me/passkeys": {"credential": {"id": "x"}},
}
# Mutations that answer a text or a list of texts.
PLAIN = ("beginPasskey", "makeRecoveryCodes", "confirmTotp")
ARGUMENTS = {
    "createApiKey": '(data: {name: "thief"})',
    "removeFactor": '(id: "ID")',
    "confirmTotp": '(otp: "123456")',
    "addPasskey": '(credential: "{}")',
}


def call(user: Any) -> APIClient:
    old = timezone.now() - timedelta(hours=1)
    return APIClient(
        headers={"Authorization": f"Bearer {begin(user, authenticated_at=old)['accessToken']}"}
    )


def take_stock(user: Any) -> dict[str, Any]:
    user.refresh_from_db()
    counts = {kind: kind.objects.count() for kind in (ApiKey, Factor, Passkey, Identity)}
    return {"password": user.password, "email": user.email, "counts": counts}


@pytest.fixture
def thief(user: Any) -> tuple[APIClient, Any]:
    """Return a client with a stolen token of an old session, and its user."""
    enrol(user, SECRET)
    link(user, "https://login.example.org", "own")
    return call(user), user


@pytest.mark.parametrize("row", [row for row in ROWS if row[3] != "none"], ids=lambda row: row[1])
def test_a_stolen_token_changes_nothing(thief: tuple[APIClient, Any], row: Any) -> None:
    (client, user), (method, path, mutation, _) = thief, row
    owned: dict[str, Any] = {"/api/oidc/identities/:id": Identity, "/api/me/factors/:id": Factor}
    key = str(owned[path].objects.get().pk) if path in owned else ""
    before = take_stock(user)
    body = BODIES.get(path, {})
    status = getattr(client, method.lower())(path.replace(":id", key), body).status_code
    assert status in (400, 401), status
    if mutation:
        given = ARGUMENTS.get(mutation, "").replace("ID", key)
        selection = "" if mutation in PLAIN else "{ __typename }"
        answer = ask(client, f"mutation {{ {mutation}{given} {selection} }}")
        assert answer["errors"][0]["extensions"]["code"] not in ("", "FORBIDDEN", "NOT_FOUND")
        assert "GRAPHQL_VALIDATION_FAILED" not in str(answer)
    assert take_stock(user) == before


def test_what_is_recent_says_so(thief: tuple[APIClient, Any]) -> None:
    client, _ = thief
    for method, path, _, asked in ROWS:
        if asked == "recent":
            key = str(Identity.objects.get().pk)
            sent = getattr(client, method.lower())(path.replace(":id", key), BODIES.get(path, {}))
            assert sent.json()["code"] == "insufficient_user_authentication", path


def list_routes() -> Iterator[tuple[str, str]]:
    """Yield the method and the address of each change that plugins take of known callers."""
    plugins = {"auth_core", *(app.name for app in plugin_apps())}
    for prefix, view in walk(get_resolver().url_patterns):
        if view.__module__.partition(".")[0] not in plugins or issubclass(view, TakesCredentials):
            continue
        for method in ("post", "put", "patch", "delete"):
            if hasattr(view, method):
                yield method.upper(), re.sub(r"<[^>]+>", ":id", prefix)


def walk(patterns: Any, start: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = start + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from walk(pattern.url_patterns, path)
        elif view := getattr(pattern.callback, "cls", None):
            yield path, view


def test_the_table_has_each_route_of_known_callers() -> None:
    found = {f"{method} {path}" for method, path in list_routes()}
    named = {f"{method} {path}" for method, path, _, _ in ROWS}
    assert sorted(found - named) == []


def test_the_table_has_each_mutation_of_known_callers() -> None:
    modules = [f"{app.name}.graphql" for app in [apps.get_app_config("auth_core"), *plugin_apps()]]
    found = [import_module(name) for name in modules if find_spec(name)]
    mutations = {name for module in found for name in getattr(module, "mutations", {})}
    named = {mutation for _, _, mutation, _ in ROWS if mutation}
    assert mutations - named == PUBLIC
    assert named - mutations == {"updateMe"}
