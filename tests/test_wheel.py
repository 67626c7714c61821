"""The library: its content, and the defaults of its settings."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from runtime.project import list_defaults
from tests.processes import ROOT
from tools.imports import LIBRARY

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_it_has_all_files_of_its_packages_and_no_others(tmp_path: Path) -> None:
    command = ["uv", "build", "--quiet", "--wheel", "--out-dir", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.split("-")[1] == PROJECT["project"]["version"]
    names = ZipFile(wheel).namelist()
    packed = {name for name in names if ".dist-info/" not in name}
    files = (path for package in LIBRARY for path in (ROOT / package).rglob("*") if path.is_file())
    wanted = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    assert packed == wanted
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_a_default_is_that_of_the_service(settings: Any) -> None:
    # Where the environment of the tests says nothing.
    for name in ("JWT_REFRESH_GRACE", "JWT_SESSION_EXPIRATION", "LOCKOUT_MEMORY", "API_PATHS"):
        assert getattr(settings, name) == list_defaults()[name]
