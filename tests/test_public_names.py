"""The names that a project imports: each has a docstring, a test and a place in the reference."""

import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from inspect import isfunction
from types import ModuleType

import pytest

import auth_core
import entity_api
from tests.processes import ROOT

PUBLIC = [(package, name) for package in (entity_api, auth_core) for name in package.__all__]


@cache
def read_tests() -> str:
    paths = sorted((ROOT / "tests").rglob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@pytest.mark.parametrize(("package", "name"), PUBLIC)
def test_it_has_a_docstring_of_its_own(package: ModuleType, name: str) -> None:
    found = getattr(package, name)
    text = found.__doc__ or ""
    assert len(text.split()) >= 15
    if isfunction(found):
        assert re.search(r"\bReturns?\b", text)
        assert re.search(r"\b[Rr]aises\b", text)


@pytest.mark.parametrize(("package", "name"), PUBLIC)
def test_a_test_uses_it(package: ModuleType, name: str) -> None:
    imports = rf"from {package.__name__}[\w.]* import (\([^)]*|[^\n]*)\b{name}\b"
    assert re.search(imports, read_tests())


@pytest.mark.parametrize(("package", "name"), PUBLIC)
def test_the_reference_explains_it_with_an_example(package: ModuleType, name: str) -> None:
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert f"`{name}` " in text
    assert re.search(rf"^from {package.__name__} import [^\n]*\b{name}\b", text, re.MULTILINE)


@pytest.mark.parametrize("package", [entity_api, auth_core])
def test_another_name_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'Nme'"):
        _ = package.Nme
    assert set(package.__all__) <= set(dir(package))


@pytest.mark.parametrize("package", ["entity_api", "auth_core"])
def test_a_package_is_imported_before_django_is_ready(package: str) -> None:
    code = f"import sys, {package}; assert 'django' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_sample_imports_public_names_alone() -> None:
    for path in sorted((ROOT / "entities").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"(from|import) (entity_api|auth_core)\.", source), path.name


def test_the_documents_import_public_names_alone() -> None:
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        deeper = re.findall(r"^\s*from (?:entity_api|auth_core)\.[^\n]+", text, re.MULTILINE)
        assert deeper == [], path.name
        for package, names in re.findall(r"^from (entity_api|auth_core) import (.+)$", text, re.M):
            assert set(names.split(", ")) <= set(import_module(package).__all__), path.name
