"""Keys of every kind in the admin, the checks, the OpenAPI document, and by their statements."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from tests.keyed import rows
from tests.keyed.rows import CREATED, NAMES, find
from tests.policies import call_as, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keyed", "permitted")]
client, keyed, permitted = rows.client, rows.keyed, rows.permitted


@pytest.mark.parametrize("name", NAMES)
def test_the_admin_has_its_pages(admin_client: Any, name: str) -> None:
    city = find("City").objects.create(name="Bonn", size=5000)
    given: dict[str, dict[str, Any]] = {
        "Country": {"code": "a/b"},
        "Label": {"number": 3},
        "City": {"name": "Ulm"},
        "Mayor": {"city": city},
        "Metropolis": {"name": "Ulm", "size": 5000},
        "Port": {"name": "Kiel"},
        "Word": {"text": "a"},
    }
    row = find(name)._base_manager.create(**given.get(name, {}))
    address = f"/admin/keyed/{name.lower()}/"
    assert admin_client.get(f"{address}?q={row.pk}").status_code == 200
    assert admin_client.get(f"{address}add/").status_code == 200
    key = str(row.pk).replace("/", "_2F")
    assert admin_client.get(f"{address}{key}/change/").status_code == 200


def test_the_admin_does_not_change_a_key(admin_client: Any) -> None:
    find("Country").objects.create(code="de")
    admin_client.post("/admin/keyed/country/de/change/", {"code": "xx", "name": "x"})
    assert [row.code for row in find("Country").objects.all()] == ["de"]


def test_the_checks_and_the_command_know_them(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check")
    call_command("entities")
    assert "metropolises" in capsys.readouterr().out


def list_statements(sent: CaptureQueriesContext) -> list[str]:
    """Return the first words of the statements, without those of the test's own transaction."""
    words = [query["sql"].split()[0] for query in sent.captured_queries]
    return [word for word in words if word in ("SELECT", "INSERT", "UPDATE", "DELETE")]


@pytest.mark.parametrize("plural", ["countries", "papers", "labels", "visits"])
def test_a_write_is_one_statement(plural: str) -> None:
    user = make_user("ada", "user")
    user.role_names = ["user"]
    client, body = call_as(user), CREATED[plural][0]
    with CaptureQueriesContext(connection) as sent:
        row = client.post(f"/api/{plural}", body, format="json").json()
    assert list_statements(sent) == ["INSERT"]
    address, (name, value) = f"/api/{plural}/{row['id']}", list(body.items())[-1]
    with CaptureQueriesContext(connection) as sent:
        client.patch(address, {name: value}, format="json")
    assert list_statements(sent) == ["UPDATE"]
    with CaptureQueriesContext(connection) as sent:
        client.get(address)
        client.get(f"/api/{plural}?where[id]={row['id']}")
    assert list_statements(sent) == ["SELECT", "SELECT"]


def test_the_document_is_made_without_a_warning(tmp_path: Path) -> None:
    made = tmp_path / "openapi.json"
    call_command("spectacular", "--format", "openapi-json", "--fail-on-warn", "--file", str(made))
    document = json.loads(made.read_text(encoding="utf-8"))
    validate(document, cls=OpenAPIV31SpecValidator)
    assert "/api/countries/{id}" in document["paths"]
