"""`manage.py startprovider`: a plugin whose tests pass untouched, or one line and no change."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from auth_core.scaffolding.names import Names
from auth_core.scaffolding.provider import list_next_steps
from tests.copied_project import copy_project, run, start

SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings"}
# The kinds, each with a name that sorts elsewhere among the imports.
PLUGINS = {"my_keys": "header", "aa_keys": "bearer", "my_login": "login", "my_pin": "second-step"}


# One process for all kinds: each start takes a second.
WRITE = f"""
import django; django.setup()
from django.core.management import call_command
for name, kind in {PLUGINS!r}.items():
    call_command("startprovider", name, kind=kind)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("providers"))


@pytest.fixture(scope="module")
def said(project: Path) -> str:
    return run(project, "-c", WRITE, **SETTINGS)


@pytest.mark.exhaustive
@pytest.mark.one_database
@pytest.mark.parametrize("name", PLUGINS)
def test_its_tests_pass_untouched(project: Path, said: str, name: str) -> None:
    assert f"uv run --dev pytest {name}/tests" in said
    passed = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{name}/tests")
    assert "passed" in passed


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_its_code_is_in_order(project: Path, said: str) -> None:
    plugins = ",".join(["auth_core", "auth_jwt", "auth_basic", *PLUGINS])
    run(project, "manage.py", "makemigrations", "--check", AUTH_PLUGINS=plugins, **SETTINGS)
    ruff = Path(sys.executable).with_name("ruff")
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [ruff, *command, *PLUGINS], cwd=project, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout.decode()


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_a_project_that_cannot_be_written_is_left_as_it_was(project: Path, tmp_path: Path) -> None:
    before = sorted(path.name for path in project.iterdir())
    # A file in the place of the folder comes after the question for the name.
    code = (
        "from pathlib import Path\n"
        "from auth_core.scaffolding import provider\n"
        "from auth_core.scaffolding.names import Names\n"
        "files = {'a.py': '', 'a.py/b.py': ''}\n"
        "provider.install_files(Names('half'), files, Path.cwd())"
    )
    done = start(project, "-c", code, **SETTINGS)
    assert "InputError: Nothing is changed, as half cannot be written" in done.stderr
    assert sorted(path.name for path in project.iterdir()) == before


REFUSED = {
    "My_keys": "'My_keys' is no name of an app",
    "my-keys": "'my-keys' is no name of an app",
    "my__keys": "'my__keys' is no name of an app",
    "../keys": "'../keys' is no name of an app",
    "é": r"'\\xe9' is no name of an app",
    "": "name is empty",
    "a" * 41: "is no name of an app: write at most 40 small letters",
    "class": "'class' is a word of Python",
    "match": "'match' is a word of Python",
    "entities": "The project has 'entities' already",
    "auth_jwt": "The project has 'auth_jwt' already",
    "manage": "The project has 'manage' already",
    "admin": "There is a module 'admin' already",
    "json": "There is a module 'json' already",
    "rest_framework": "There is a module 'rest_framework' already",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_name_is_one_line_and_no_change(name: str, settings: Any, tmp_path: Path) -> None:
    before = sorted(Path(settings.BASE_DIR).iterdir())
    with pytest.raises(CommandError) as refused:
        call_command("startprovider", name, kind="header")
    assert REFUSED[name].replace("\\\\", "\\") in str(refused.value)
    assert "\n" not in str(refused.value)
    assert sorted(Path(settings.BASE_DIR).iterdir()) == before


def test_a_kind_is_one_of_four() -> None:
    with pytest.raises(CommandError, match="invalid choice: 'magic'"):
        call_command("startprovider", "my_keys", "--kind", "magic")


@pytest.mark.parametrize(
    ("kind", "plugins", "said"),
    [
        ("login", ["auth_core", "auth_jwt"], "AUTH_PLUGINS=auth_core,my_keys,auth_jwt"),
        ("header", ["auth_core", "auth_jwt"], "AUTH_PLUGINS=auth_core,auth_jwt,my_keys"),
        ("header", None, "add 'my_keys' to INSTALLED_APPS"),
    ],
)
def test_the_next_steps_fit_the_project(kind: str, plugins: list[str] | None, said: str) -> None:
    steps = list(list_next_steps(Names("my_keys"), kind, plugins))
    assert said in "\n".join(steps)
    assert any("migrate" in step for step in steps) == (kind == "login")
