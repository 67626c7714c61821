"""Imports run in one direction and without circles."""

import re
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tools.imports import ROOT, find_circles, find_modules, read_imports


def test_the_contracts_of_import_linter_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    # It would disable every logger of the process, of which later tests read.
    monkeypatch.setattr("importlinter.cli._configure_logging", lambda verbose: None)
    assert lint_imports() == EXIT_STATUS_SUCCESS


def test_no_modules_import_each_other_in_a_circle() -> None:
    """An import inside a function counts. A name that only type checkers import does not."""
    assert find_circles(read_imports()) == []


def test_a_circle_of_type_names_is_explained() -> None:
    """docs/architecture.md has its reason. A project may have such circles in its own entities."""
    graph = read_imports(with_types=True)
    product = {name: graph[name] for name in graph if not name.startswith(("config", "entities"))}
    assert find_circles(product) == [("accounts.manager", "accounts.models")]


def test_the_products_tests_import_nothing_of_the_sample() -> None:
    sample = re.compile(r"^\s*(from|import) entities\b", re.MULTILINE)
    files = [path for folder in ("tests", "tools") for path in (ROOT / folder).rglob("*.py")]
    assert files
    assert [path for path in files if sample.search(path.read_text(encoding="utf-8"))] == []


def test_a_circle_would_be_found() -> None:
    graph = {
        "a": frozenset({"b"}),
        "b": frozenset({"c"}),
        "c": frozenset({"a"}),
        "d": frozenset("a"),
    }
    assert find_circles(graph) == [("a", "b", "c")]


def test_all_modules_are_looked_at() -> None:
    assert {"config.settings", "entity_api", "auth_jwt.provider"} <= find_modules().keys()


# The libraries of the OpenAPI document and of GraphQL are extras of the wheel. An app of
# authentication describes its views by api_http/describing.py, and derives them from ApiRules.
@pytest.mark.parametrize(
    ("library", "where"),
    [
        ("drf_spectacular", "openapi.py"),
        ("graphql", "graphql.py"),
        ("rest_framework.views import APIView", ""),
    ],
)
def test_the_apps_of_authentication_need_no_extra(library: str, where: str) -> None:
    line = re.compile(rf"^\s*(from|import) {re.escape(library)}\b", re.MULTILINE)
    files = [path for app in ROOT.glob("auth_*") for path in app.rglob("*.py")]
    assert files
    # The kit belongs to the tests of a plugin.
    others = (path for path in files if path.name != where and "testing" not in path.parts)
    found = [str(path.relative_to(ROOT)) for path in others if line.search(read_code(path))]
    assert found == []


def read_code(path: Path) -> str:
    """Return the source without the imports for type checkers alone."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"^if TYPE_CHECKING:\n(?: .*\n|\n)+", "", text, flags=re.MULTILINE)
