"""Which challenges a 401 carries: no browser asks for a password in a dialog of its own, if a
script can ask.
"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.rest import assert_problem

pytestmark = pytest.mark.usefixtures("quick_hashes")
BEARER = 'Bearer realm="api"'
BASIC = 'Basic realm="api", charset="UTF-8"'
DUMMY = 'ApiKey realm="api"'
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}
PROVIDERS = ["auth_core", "auth_basic", "auth_jwt", "tests.dummy_provider"]
WRONG = {"username": "ada", "password": "wrong"}


@pytest.fixture
def basic_first(settings: Any) -> None:
    others = [app for app in settings.INSTALLED_APPS if app not in PROVIDERS]
    settings.INSTALLED_APPS = [*PROVIDERS, *others]


@pytest.fixture
def basic_alone(settings: Any) -> None:
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "auth_jwt"]


def challenge(response: Any) -> str | None:
    assert_problem(response, 401)
    found: str | None = response.get("WWW-Authenticate")
    return found


@pytest.mark.usefixtures("basic_first")
def test_basic_comes_last_wherever_it_is_installed(db: None, api: APIClient) -> None:
    assert challenge(api.get("/api/me")) == f"{BEARER}, {DUMMY}, {BASIC}"
    assert challenge(api.get("/api/customers")) == f"{BEARER}, {DUMMY}, {BASIC}"


@pytest.mark.parametrize("value", ["XMLHttpRequest", "xmlhttprequest"])
@pytest.mark.parametrize("header", ["", "Bearer x", "Basic x", "Bearer x,Basic y"])
def test_a_script_that_says_so_is_not_asked_for_basic(
    db: None, api: APIClient, value: str, header: str
) -> None:
    headers = {"X-Requested-With": value, "Authorization": header}
    found = challenge(api.get("/api/customers", headers=headers)) or ""
    assert found.startswith(BEARER)
    assert "Basic" not in found


@pytest.mark.parametrize("value", ["", "x", "XMLHttpRequest, XMLHttpRequest"])
def test_another_value_changes_nothing(db: None, api: APIClient, value: str) -> None:
    assert (
        challenge(api.get("/api/me", headers={"X-Requested-With": value})) == f"{BEARER}, {BASIC}"
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/login", WRONG), ("/api/token/refresh", {"refreshToken": "x"}), ("/api/login/", WRONG)],
)
def test_a_failed_login_or_refresh_does_not_ask_for_basic(
    db: None, api: APIClient, path: str, body: Any
) -> None:
    assert challenge(api.post(path, body)) == BEARER


@pytest.mark.usefixtures("basic_alone")
def test_with_basic_alone_a_401_without_a_challenge_stays_a_401(db: None, api: APIClient) -> None:
    assert challenge(api.get("/api/me")) == BASIC
    assert challenge(api.get("/api/me", headers=SCRIPT)) is None
    assert challenge(api.post("/api/login", WRONG)) is None


def test_the_header_is_for_a_401_only(api: APIClient, as_admin: APIClient) -> None:
    assert "WWW-Authenticate" not in as_admin.get("/api/me", headers=SCRIPT)
