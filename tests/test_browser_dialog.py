"""No browser opens its own dialog for a password over a page's requests, tried in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.environment import require
from tests.node_process import install_packages
from tests.processes import find_free_port, run_python, serve
from tests.test_swagger import BROWSER, FOLDER, walk

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

CASES = ("plain", "stale", "script", "login", "refresh", "logout", "swagger")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    require(shutil.which("npm"), "Node with npm")
    require(BROWSER, "Chromium")
    install_packages(FOLDER)
    return f"sqlite:///{tmp_path_factory.mktemp('dialogs') / 'db.sqlite3'}"


def count_dialogs(database: str, plugins: str) -> dict[str, Any]:
    environment = {"DATABASE_URL": database, "DEBUG": "true", "AUTH_PLUGINS": plugins}
    assert run_python("manage.py", "migrate", **environment).returncode == 0
    with serve(find_free_port(), 4, **environment) as address:
        return walk(address, Path(FOLDER / "dialogs.mjs"))


def test_with_basic_first_nothing_opens_the_dialog(database: str) -> None:
    seen = count_dialogs(database, "auth_core,auth_basic,auth_jwt")
    assert {name: seen[name]["status"] for name in CASES} == dict.fromkeys(CASES, 401) | {
        "logout": 204
    }
    assert {name: seen[name]["dialogs"] for name in CASES} == dict.fromkeys(CASES, 0)


def test_with_basic_alone_only_a_request_that_says_nothing_opens_the_dialog(database: str) -> None:
    seen = count_dialogs(database, "auth_core,auth_basic")
    asked = {name for name in CASES if seen[name]["dialogs"]}
    assert asked == {"plain", "stale"}
    assert all(seen[name]["status"] == 401 for name in ("plain", "script", "login", "swagger"))
