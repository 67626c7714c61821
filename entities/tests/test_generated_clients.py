"""Generated clients of the sample domain work with a running service, and linters find no fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client_generators import (
    DONE,
    PASSWORD,
    SCRIPTS,
    generate_typescript,
    lint,
    prepare_folder,
    run_generated_python,
    run_package,
    serve_with_admin,
)

pytestmark = pytest.mark.exhaustive

SCHEMAS = Path(__file__).parent / "committed"


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


def test_linters_find_no_fault(folder: Path) -> None:
    assert "No results" in lint(folder)
