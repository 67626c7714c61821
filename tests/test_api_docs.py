"""Swagger UI and the OpenAPI document can be switched off, and publish no credentials in
production.
"""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from tests.processes import request_once

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

PATHS = ("/api", "/api/schema", "/api-json")


def test_they_are_switched_off_and_the_rest_is_served() -> None:
    printed = request_once(*PATHS, "/api/_health/live", API_DOCS="false").stdout
    statuses = re.findall(r"^\d{3} \d+ ", printed, re.MULTILINE)
    assert [status[:3] for status in statuses] == ["404"] * len(PATHS) + ["204"]


@pytest.mark.parametrize(("debug", "shown"), [("true", True), ("false", False)])
def test_the_document_names_credentials_in_development_alone(debug: str, shown: bool) -> None:  # noqa: FBT001
    answer = request_once("/api/schema", DEBUG=debug).stdout.split(maxsplit=2)
    description = json.loads(answer[2])["info"]["description"]
    assert ('"admin"' in description) is shown
    assert "POST /api/login" in description


def test_graphiql_names_no_credentials_in_production(
    db: None, settings: object, client: Client
) -> None:
    settings.GRAPHQL_PLAYGROUND = True  # type: ignore[attr-defined]
    page = client.get("/graphql", headers={"Accept": "text/html"}).text
    assert 'data-password="&lt;password&gt;"' in page
    assert '"admin"' not in page
