"""`.env` holds variables as lines; the environment wins over it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, ignore_patterns
from subprocess import CompletedProcess

import pytest

from config.environment import read_environment
from runtime.dotenv import read_dotenv
from tests.processes import ROOT, run_python

SHOW = (
    "from django.conf import settings; print(settings.PORT, settings.DEBUG, settings.API_MAX_TAKE)"
)
Write = Callable[[str], Path]


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a `.env` into an empty folder; it is read in this test alone."""
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED")
    monkeypatch.setattr(os, "environ", os.environ.copy())

    def write(text: str) -> Path:
        path = tmp_path / ".env"
        path.write_bytes(text.encode())
        return path

    return write


def test_its_variables_are_read(dotenv: Write) -> None:
    lines = (
        "# a comment",
        "PORT=8433\r",
        "export API_MAX_TAKE='7'",
        'JWT_REFRESH_GRACE="15s" # soon',
        "X=${HOME}",
    )
    environment = read_environment(dotenv("\n".join(lines)).parent)
    assert (environment.port, environment.api_max_take) == (8433, 7)
    assert environment.jwt_refresh_grace.total_seconds() == 15
    assert os.environ["X"] == "${HOME}"


def test_the_environment_wins(dotenv: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    assert read_environment(dotenv("PORT=8433\n").parent).port == 9000


def test_a_wrong_value_in_it_stops_the_start(dotenv: Write) -> None:
    with pytest.raises(SystemExit, match="PORT is 'x'; it may hold a whole number"):
        read_environment(dotenv("PORT=x\n").parent)


def test_an_absent_file_changes_nothing(tmp_path: Path) -> None:
    before = dict(os.environ)
    read_dotenv(tmp_path / ".env")
    assert dict(os.environ) == before


def test_a_file_that_cannot_be_read_stops_the_start(dotenv: Write, tmp_path: Path) -> None:
    path = dotenv("")
    path.write_bytes(b"PORT=\xff\xfe\n")
    with pytest.raises(SystemExit, match=r"\.env cannot be read: it is not UTF-8"):
        read_dotenv(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(SystemExit, match=r"\.env cannot be read"):
        read_dotenv(path)


def run_in_copy(tmp_path: Path, text: str, *arguments: str) -> CompletedProcess[str]:
    copy = tmp_path / "project"
    copytree(
        ROOT,
        copy,
        ignore=ignore_patterns(".venv", ".git", "node_modules", ".*cache", "*.sqlite3*"),
    )
    (copy / ".env").write_text(text)
    fresh = {"SECRET_KEY": "", "ALLOWED_HOSTS": "", "PYTHON_DOTENV_DISABLED": ""}
    return run_python(str(copy / "manage.py"), *arguments, **fresh)


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_every_command_reads_it(tmp_path: Path) -> None:
    done = run_in_copy(tmp_path, "PORT=8433\nDEBUG=true\nAPI_MAX_TAKE=7\n", "shell", "-c", SHOW)
    assert done.stdout.split("\n")[-2] == "8433 True 7", done.stderr


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_a_key_in_it_ends_development(tmp_path: Path) -> None:
    """manage.py turns DEBUG on only where there is no SECRET_KEY."""
    done = run_in_copy(tmp_path, f"SECRET_KEY={'k3y-' * 12}\n", "check")
    assert done.returncode == 1
    assert "ALLOWED_HOSTS is empty" in done.stderr
