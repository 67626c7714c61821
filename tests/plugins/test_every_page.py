"""Every HTML page that a URL pattern leads to, with all shipped plugins, in a real browser."""

from __future__ import annotations

import json
import os
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


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    require(shutil.which("npm"), "Node with npm")
    require(BROWSER, "Chromium")
    install_packages(FOLDER)
    folder: Path = tmp_path_factory.mktemp("pages")
    port = find_free_port()
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "DEBUG": "true",
        "REDIS_URL": "",
        "SIGN_UP": "open",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    for command in (["migrate"], ["seed_users"], ["seed_sample", "--customers", "3"]):
        done = run_python("manage.py", *command, **environment)
        assert done.returncode == 0, done.stderr
    found = run_python("-m", "tests.html_pages", **environment)
    assert found.returncode == 0, found.stderr
    pages = json.loads(found.stdout.splitlines()[-1])
    arguments = [str(BROWSER), f"http://127.0.0.1:{port}", json.dumps(pages)]
    # A person who wants to look at the pages names a folder for their pictures.
    if "PICTURES" in os.environ:
        arguments.append(os.environ["PICTURES"])
    with serve(port, **environment):
        done = subprocess.run(
            ["node", str(FOLDER / "every_page.mjs"), *arguments],
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return {"pages": pages, **json.loads(done.stdout)}


# All in one test, so that the pages are opened once, whichever process of the run it is in.
def test_every_page_is_without_fault(seen: dict[str, Any]) -> None:
    pages, visited = seen.pop("pages"), seen.pop("visited")
    assert sorted(visited) == sorted(pages)
    assert {"/", "/api", "/graphql", "/account/", "/admin/", "/admin/login/"} <= set(pages)
    assert {name: found for name, found in seen.items() if found} == {}
