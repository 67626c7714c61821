"""The OpenAPI document: committed, valid, served, and true to what the service does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from rest_framework.test import APIClient

from tests.rest import MISSING, assert_problem, read_stored

COMMITTED = Path(__file__).parent / "schemas" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))
METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [
    (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
]


def test_the_committed_document_is_the_present_one(tmp_path: Path) -> None:
    """Renew it with `uv run manage.py spectacular --format openapi-json --file
    tests/schemas/openapi.json`.
    """
    made = tmp_path / "openapi.json"
    call_command("spectacular", "--format", "openapi-json", "--fail-on-warn", "--file", str(made))
    assert json.loads(made.read_text(encoding="utf-8")) == DOCUMENT


def test_the_document_is_valid() -> None:
    validate(DOCUMENT, cls=OpenAPIV31SpecValidator)
    assert DOCUMENT["openapi"].startswith("3.1")


def test_every_operation_is_named_once_and_explained() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(operation["summary"] or operation["description"] for _, _, operation in OPERATIONS)


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/", "/api-json"])
@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/yaml", "application/yaml"),
        ("application/vnd.oai.openapi", "application/vnd.oai.openapi"),
    ],
)
def test_it_is_served_as_json_and_on_request_as_yaml(
    api: APIClient, path: str, accept: str | None, answered: str
) -> None:
    response = api.get(path, headers={"Accept": accept} if accept else {})
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (200, answered)
    # Every JSON text is a YAML text. The loader in Python would take half a second.
    found = yaml.load(response.content, yaml.CSafeLoader)
    assert found["paths"].keys() == DOCUMENT["paths"].keys()


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_its_security_is_what_the_service_demands(
    api: APIClient, db: None, method: str, path: str, operation: dict[str, Any]
) -> None:
    before = read_stored()
    response = getattr(api, method)(path.format(id=MISSING))
    if operation["security"]:
        assert_problem(response, 401)
        names = {name for requirement in operation["security"] for name in requirement}
        schemes = {DOCUMENT["components"]["securitySchemes"][name]["scheme"] for name in names}
        challenges = re.findall(r"(\w+) realm=", response["WWW-Authenticate"])
        assert schemes == {challenge.lower() for challenge in challenges}
    else:
        assert response.status_code in {
            int(status) for status in operation["responses"] if status.isdigit()
        } | {400}
    assert read_stored() == before


@pytest.mark.parametrize("name", ["User", "Address", "Customer", "Order", "Product"])
def test_bodies_take_no_more_than_is_written(name: str) -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for written in (schemas[f"{name}Request"], schemas[f"Patched{name}Request"]):
        assert written["additionalProperties"] is False
        assert not written["properties"].keys() & {
            "id",
            "createdAt",
            "updatedAt",
            "isStaff",
            "isSuperuser",
            "owner",
        }


def test_a_password_is_written_and_never_read() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert "password" not in schemas["User"]["properties"]
    assert "password" not in schemas["UserWhere"]["properties"]
    assert {"username", "password"} == set(schemas["UserRequest"]["required"])


@pytest.mark.parametrize("accept", ["application/json", "application/yaml"])
def test_it_is_sent_again_only_when_it_has_changed(api: APIClient, accept: str) -> None:
    first = api.get("/api/schema", headers={"Accept": accept})
    assert first["Cache-Control"] == "no-cache"
    again = api.get("/api/schema", headers={"Accept": accept, "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    other = api.get("/api/schema", headers={"Accept": accept, "If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, first.content)
    refused = api.get("/api/schema", headers={"Accept": accept, "If-Match": '"another"'})
    assert_problem(refused, 412)
    assert "failed" not in refused.json()["detail"]


@pytest.mark.parametrize("query", ["lang=de", "version=9", "a=1"])
def test_nothing_in_a_request_changes_the_document(api: APIClient, query: str) -> None:
    assert api.get(f"/api/schema?{query}").content == api.get("/api/schema").content


def test_another_policy_makes_another_document(api: APIClient, policy: Any) -> None:
    before = api.get("/api/schema")
    policy('roles = ["admin", "user"]\n[Product]\nview = "public"\n')
    after = api.get("/api/schema")
    assert before["ETag"] != after["ETag"]
    assert after.json()["paths"]["/api/products/{id}"]["get"]["security"] == []
