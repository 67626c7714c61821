"""The library: its content, its types, and the defaults of its settings."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import auth_core
import entity_api
from runtime.project import list_defaults
from tests.processes import ROOT
from tools.imports import LIBRARY

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ADOPTER = ROOT / "tests" / "adopter"
MYPY = """
[mypy]
strict = true
plugins = mypy_django_plugin.main, mypy_drf_plugin.main
[mypy.plugins.django-stubs]
django_settings_module = settings
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = ["uv", "build", "--quiet", "--wheel", "--out-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (found,) = folder.glob("*.whl")
    return found


def test_it_has_all_files_of_its_packages_and_no_others(wheel: Path) -> None:
    assert wheel.name.split("-")[1] == PROJECT["project"]["version"]
    names = ZipFile(wheel).namelist()
    packed = {name for name in names if ".dist-info/" not in name}
    files = (path for package in LIBRARY for path in (ROOT / package).rglob("*") if path.is_file())
    wanted = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    assert packed == wanted
    assert {f"{each.__name__}/py.typed" for each in (entity_api, auth_core)} <= packed
    assert any(name.endswith("/licenses/LICENSE") for name in names)


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_an_adopter_is_checked_strictly(wheel: Path, tmp_path: Path) -> None:
    """The public names have their types in a project with the wheel and the stubs of Django."""
    stubs = ("django-stubs", "djangorestframework-stubs", "mypy")
    needs = [each for each in PROJECT["dependency-groups"]["dev"] if each.startswith(stubs)]
    shutil.copytree(ADOPTER, tmp_path, dirs_exist_ok=True)
    subprocess.run(["uv", "venv", "-q", "environment"], cwd=tmp_path, check=True)
    install = ["uv", "pip", "install", "-q", "--python", "environment", f"{wheel}[entities]"]
    subprocess.run([*install, *needs], cwd=tmp_path, check=True)
    (tmp_path / "mypy.ini").write_text(MYPY, encoding="utf-8")
    public = [
        f"{each.__name__}.{name}" for each in (entity_api, auth_core) for name in each.__all__
    ]
    lines = ["import auth_core, entity_api", *(f"reveal_type({name})" for name in public)]
    lines += ["entity_api.Enttiy", "auth_core.Lmit"]
    (tmp_path / "names.py").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        ["environment/bin/mypy", "--no-pretty", "store", "names.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    *types, entity, limit, end = done.stdout.splitlines()
    assert [line for line in types if not line.startswith("names.py:")] == [], done.stderr
    assert len(types) == len(public)
    assert [line for line in types if line.endswith('type is "Any"')] == []
    assert 'Module has no attribute "Enttiy"' in entity
    assert 'Module has no attribute "Lmit"' in limit
    assert end.startswith("Found 2 errors in 1 file (checked 5 source files)")


def test_the_adopter_uses_all_public_names() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in ADOPTER.rglob("*.py"))
    for package in (entity_api, auth_core):
        for name in package.__all__:
            assert source.count(name) > 1, name


def test_a_default_is_that_of_the_service(settings: Any) -> None:
    # Where the environment of the tests says nothing.
    for name in ("JWT_REFRESH_GRACE", "JWT_SESSION_EXPIRATION", "LOCKOUT_MEMORY", "API_PATHS"):
        assert getattr(settings, name) == list_defaults()[name]
