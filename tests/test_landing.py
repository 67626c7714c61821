"""The page at `/` shows what runs here, and no more than the documents of the API do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from api_http.landing import describe_scheme
from tests.processes import request_once


def read_facts(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="facts" type="application/json">(.*?)</script>', page)
    assert found
    facts: dict[str, Any] = json.loads(found[1])
    return facts


@pytest.fixture
def page(client: Client, settings: Any) -> str:
    settings.DEBUG = settings.GRAPHQL_PLAYGROUND = True
    return client.get("/").text


def test_it_names_providers_and_entities(page: str) -> None:
    facts = read_facts(page)
    assert facts["schemes"] == [
        {"name": "auth_basic", "header": "Authorization", "scheme": "Basic"},
        {"name": "auth_jwt", "header": "Authorization", "scheme": "Bearer"},
    ]
    assert re.findall(r'<input name="(username|password)" value="(admin)" required', page) == [
        ("username", "admin"),
        ("password", "admin"),
    ]
    login = page.partition('<form id="login"')[2].partition("</form>")[0]
    assert re.findall(r"<label>(.*?)\s*<input", login) == ["Username", "Password"]
    customers = facts["lists"][0]
    assert (customers["path"], customers["swagger"]) == (
        "/api/customers",
        "/api#/customers/listCustomers",
    )
    assert customers["query"].startswith("query List {\n  customers(take: 5) {\n    id\n")


def test_no_form_is_sent_before_its_script_is_there(page: str) -> None:
    # The browser would put a password or a token into the address.
    assert re.findall(r"<button(?! type=\"button\")(?! disabled)[^>]*>", page) == []


def test_its_links_lead_somewhere(db: None, client: Client, page: str) -> None:
    paths = re.findall(r'<li><a href="(/[^"#]*)"', page)
    pages = ["/api", "/graphql", "/account/", "/admin/", "/api/schema", "/api/_health/ready"]
    assert paths[:6] == pages
    statuses = {
        path: client.get(path, headers={"Accept": "text/html"}).status_code for path in paths
    }
    assert {path: code for path, code in statuses.items() if code not in (200, 204)} == {
        "/admin/": 302,  # to its login
        "/api/schema": 406,  # no web page
    }


def test_it_asks_no_database(client: Client) -> None:
    assert client.get("/").status_code == 200


def test_production_shows_neither_credentials_nor_versions(client: Client, settings: Any) -> None:
    assert (settings.DEBUG, settings.GRAPHQL_PLAYGROUND) == (False, False)
    page = client.get("/").text
    assert 'value="admin"' not in page
    assert "GraphiQL" not in page
    assert "Django 5" not in page


@pytest.mark.parametrize(
    ("scheme", "header", "word"),
    [
        ({"type": "http", "scheme": "token"}, "Authorization", "Token"),
        ({"type": "apiKey", "in": "header", "name": "X-API-Key"}, "X-API-Key", ""),
        ({"type": "apiKey", "in": "cookie", "name": "sessionid"}, "", ""),
        (
            {"type": "openIdConnect", "openIdConnectUrl": "https://x.example"},
            "Authorization",
            "Bearer",
        ),
        ({"type": "mutualTLS"}, "", ""),
    ],
)
def test_it_knows_where_credentials_of_a_scheme_go(
    scheme: dict[str, Any], header: str, word: str
) -> None:
    assert describe_scheme("mine", scheme) == {"name": "mine", "header": header, "scheme": word}


@pytest.mark.exhaustive
@pytest.mark.one_database
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANDING_PAGE": "false"}, None),
        ({"API_DOCS": "false"}, {"schemes": [], "lists": []}),
        ({"AUTH_PLUGINS": "", "DEBUG": "true"}, "open"),
    ],
)
def test_settings_decide_what_it_shows(variables: dict[str, str], expected: Any) -> None:
    status, _, body = request_once("/", **variables).stdout.split(" ", 2)
    assert status == ("404" if expected is None else "200")
    if expected == "open":
        facts = read_facts(body)
        assert (facts["schemes"], "Log in" in body) == ([], False)
        assert "No authentication plugin is installed" in body
    elif expected is not None:
        assert read_facts(body) == expected
        assert "/api/customers" not in body
