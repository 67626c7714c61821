"""A copy of the project, which a test may change, and its commands."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, ignore_patterns

from tests.processes import ROOT
from tests.python_starts import start_python
from tests.quickstarted import make_fresh_environment

_COPIED = ignore_patterns(
    *(".git", ".env", ".venv", ".hypothesis", ".*_cache"),
    # Compiled modules are copied, but for those that are being written.
    *("node_modules", "*.pyc.*", "*.sqlite3*"),
)
# Plugins of pytest that no test uses. A pytest.ini of an app does not name them: 1.5 s of CPU.
_WITHOUT_PLUGINS = "-p no:schemathesis -p no:anyio"


def copy_project(folder: Path) -> Path:
    copy = folder / "project"
    copytree(ROOT, copy, ignore=_COPIED)
    return copy


def make_environment(**environment: str) -> dict[str, str]:
    fresh = make_fresh_environment() | {"DEBUG": "true", "PYTHON_DOTENV_DISABLED": "true"}
    return fresh | {"PYTEST_ADDOPTS": _WITHOUT_PLUGINS} | environment


def start(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project, as on a machine where nothing is set."""
    return start_python(arguments, project, make_environment(**environment))


def run(project: Path, *arguments: str, **environment: str) -> str:
    done = start(project, *arguments, **environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def try_out(project: Path, code: str, settings: Mapping[str, str]) -> list[object]:
    printed = run(project, "manage.py", "shell", "-v", "0", "-c", code, **settings)
    tried: list[object] = json.loads(printed.splitlines()[-1])
    return tried
