"""Generated clients of the tests' domain work with a running service, and linters find no fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.test import APIClient

from tests.client_generators import (
    DONE,
    PASSWORD,
    SCRIPTS,
    generate_from_openapi,
    generate_python,
    generate_typescript,
    lint,
    prepare_folder,
    run_generated_python,
    run_package,
    serve_with_admin,
)

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

SCHEMAS = Path(__file__).parent / "schemas"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_with_admin(tmp_path_factory.mktemp("served")) as root:
        yield root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepare_folder(tmp_path, SCHEMAS / "openapi.json", SCHEMAS / "schema.graphql")
    return tmp_path


def test_clients_of_typescript_work(folder: Path, address: str) -> None:
    generate_typescript(folder)
    for script in SCRIPTS:
        assert run_package(folder, "tsx", script, address, PASSWORD) == DONE


def test_a_client_of_python_works(folder: Path, address: str) -> None:
    assert run_generated_python(folder, address, PASSWORD) == DONE


@pytest.fixture
def all_kinds(lab: APIClient, tmp_path: Path) -> Path:
    """A folder with the document of entities that have fields of all kinds."""
    document = tmp_path / "lab.json"
    generator: Any = SchemaGenerator
    made = generator().get_schema(request=None, public=True)
    document.write_bytes(OpenApiJsonRenderer().render(made, renderer_context={}))
    prepare_folder(tmp_path, document, SCHEMAS / "schema.graphql")
    for script in SCRIPTS:
        (tmp_path / script).unlink()
    return tmp_path


def test_clients_of_all_kinds_of_fields_compile(all_kinds: Path) -> None:
    generate_from_openapi(all_kinds)
    types = (all_kinds / "made" / "schema.ts").read_text(encoding="utf-8")
    assert 'EnumSampleStatus: "draft" | "in-progress" | "2nd";' in types
    lint(all_kinds)


def test_a_python_client_of_all_kinds_of_fields_compiles(all_kinds: Path) -> None:
    generate_python(all_kinds)
    assert (all_kinds / "made" / "models" / "enum_sample_status.py").exists()


def test_linters_find_no_fault(folder: Path) -> None:
    assert "No results" in lint(folder)
