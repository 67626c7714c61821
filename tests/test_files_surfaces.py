"""Files on GraphQL, in OpenAPI, in the command `entities`, and what the description says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.management.commands.entities import describe
from tests.graph import ask, ask_data
from tests.lab import make_urls
from tests.lab_files import Paper
from tests.test_files import PDF, send

FILE = "{ name size contentType url }"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def add_paper(lab: APIClient, *fields: str) -> str:
    key: str = lab.post("/api/papers", {"title": "a"}).json()["id"]
    for field in fields:
        assert send(lab, f"/api/papers/{key}/{field}").status_code == 200
    return key


def test_graphql_shows_the_object(lab: APIClient) -> None:
    key = add_paper(lab, "scan")
    shown = lab.get(f"/api/papers/{key}").json()["scan"]
    query = f"{{ papers {{ title renamed: scan {FILE} photo {{ url }} __typename }} }}"
    (paper,) = ask_data(lab, query)["papers"]
    assert paper == {"title": "a", "renamed": shown, "photo": None, "__typename": "Paper"}
    one = f'{{ paper(where: {{id: "{key}"}}) {{ scan {{ __typename bytes: size }} }} }}'
    assert ask_data(lab, one)["paper"]["scan"] == {"__typename": "StoredFile", "bytes": len(PDF)}
    change = f'mutation {{ updatePaper(where: {{id: "{key}"}}, data: {{title: "b"}}) {{ scan {FILE} }} }}'
    assert ask_data(lab, change)["updatePaper"]["scan"] == shown


def test_graphql_finds_rows_with_and_without_a_file(lab: APIClient) -> None:
    with_file, without = add_paper(lab, "scan"), add_paper(lab)
    for value, expected in (("false", with_file), ("true", without)):
        query = f"{{ papers(where: {{scan: {{isNull: {value}}}}}) {{ id }} }}"
        assert ask_data(lab, query)["papers"] == [{"id": expected}]


@pytest.mark.parametrize(
    "query",
    [
        '{ papers(where: {scan: {equals: "a"}}) { id } }',
        "{ papers(orderBy: [{scan: Asc}]) { id } }",
        'mutation { createPaper(data: {scan: "a"}) { id } }',
        "{ papers { scan } }",
    ],
)
def test_graphql_takes_no_file_as_a_text(lab: APIClient, query: str) -> None:
    assert ask(lab, query)["errors"]


def test_a_graphql_answer_counts_files_as_values(lab: APIClient) -> None:
    for _ in range(3):
        add_paper(lab, "scan")
    assert len(ask_data(lab, f"{{ papers {{ scan {FILE} }} }}")["papers"]) == 3


def test_the_description_has_the_files(lab: APIClient) -> None:
    entity = describe_entity(VIEWSETS[Paper])
    assert entity.files == ("scan", "photo", "contract", "sealedScan")
    text = " ".join(describe(entity).split())
    assert "GET, POST, DELETE /api/papers/:id/scan" in text
    assert " GET /api/papers/:id/sealedScan" in text


def make_document() -> Any:
    generator = SchemaGenerator(patterns=make_urls().urlpatterns)  # type: ignore[no-untyped-call]
    return generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def test_openapi_has_the_routes_of_a_file(lab: APIClient) -> None:
    document = make_document()
    route = document["paths"]["/api/papers/{id}/scan"]
    names = {method: route[method]["operationId"] for method in route}
    assert names == {
        "get": "getScanOfPaper",
        "post": "setScanOfPaper",
        "delete": "deleteScanOfPaper",
    }
    form = route["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert (form["required"], form["properties"]["file"]["format"]) == (["file"], "binary")
    assert "requestBody" not in route["delete"]
    assert list(route["get"]["responses"]["200"]["content"]) == ["application/octet-stream"]
    row = {"schema": {"$ref": "#/components/schemas/Paper"}}
    for method in ("post", "delete"):
        assert route[method]["responses"]["200"]["content"]["application/json"] == row
        assert "412" in route[method]["responses"]
    assert "post" not in document["paths"]["/api/papers/{id}/sealedScan"]


def test_openapi_describes_the_object(lab: APIClient) -> None:
    schemas = make_document()["components"]["schemas"]
    paper = schemas["Paper"]["properties"]["scan"]
    assert {"$ref": "#/components/schemas/StoredFile"} in paper["oneOf"]
    assert {"type": "null"} in paper["oneOf"]
    assert "scan" in schemas["Paper"]["required"]
    assert "scan" not in schemas["PaperRequest"]["properties"]
    assert schemas["StoredFile"]["required"] == ["name", "size", "contentType", "url"]
    condition = schemas["PaperWhere"]["properties"]["scan"]
    assert schemas[condition["$ref"].rpartition("/")[2]]["properties"] == {
        "isNull": {"type": "boolean"}
    }
