"""The code of docs/cookies.md in a real browser, with a page of another site beside it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.environment import require
from tests.node_process import install_packages
from tests.processes import find_free_port, run_python, serve
from tests.test_swagger import BROWSER, FOLDER

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]


def walk(folder: Path, kind: str, **variables: str) -> dict[str, Any]:
    require(shutil.which("npm"), "Node with npm")
    require(BROWSER, "Chromium")
    install_packages(FOLDER)
    # The settings of this run would switch on every plugin.
    variables["DJANGO_SETTINGS_MODULE"] = "config.settings"
    database = f"sqlite:///{folder / 'db.sqlite3'}"
    environment = {"DATABASE_URL": database, "DEBUG": "true", **variables}
    for command in (["migrate"], ["seed_users"]):
        assert run_python("manage.py", *command, **environment).returncode == 0
    with serve(find_free_port(), **environment) as address:
        command = ["node", str(FOLDER / "cookies.mjs"), str(BROWSER), address, kind]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_session_of_a_page(tmp_path: Path) -> None:
    seen = walk(tmp_path, "session", AUTH_PLUGINS="auth_core,auth_session")
    assert seen == {
        "whole": {
            "me": 200,
            "customer": "Grace",
            "data": {"userInfo": {"username": "admin"}},
        },
        "readable": ["csrftoken"],
        "untokened": 403,
        "attacked": seen["attacked"] | {"username": "admin"},
        "reloaded": 200,
        "ended": 401,
        "swagger": {"made": 201, "left": 401},
    }


def test_the_refresh_cookie_of_a_page(tmp_path: Path) -> None:
    on = {"AUTH_PLUGINS": "auth_core,auth_jwt", "JWT_REFRESH_COOKIE": "true"}
    seen = walk(tmp_path, "refresh", **on)
    hidden = {"httpOnly": True, "sameSite": "Strict"}
    cookies = [
        {"name": "logout_token", "path": "/api/logout", **hidden},
        {"name": "refresh_token", "path": "/api/token/refresh", **hidden},
    ]
    assert sorted(seen.pop("cookies"), key=lambda each: each["name"]) == cookies
    assert seen == {
        "login": {"done": True, "me": 200},
        "readable": "",
        "reloaded": {"me": 200, "kept": True},
        "attacked": {"both": [True, True], "me": 200},
        "ended": {"me": 401},
        "left": [],
    }
