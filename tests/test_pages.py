"""The pages for people work in a real browser under their Content-Security-Policy."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from django.test import Client

from api_http.page_headers import POLICY
from tests.environment import require
from tests.node_process import install_packages
from tests.processes import find_free_port, run_python, serve
from tests.test_swagger import BROWSER, FOLDER, walk

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    require(shutil.which("npm"), "Node with npm")
    require(BROWSER, "Chromium")
    install_packages(FOLDER)
    database = tmp_path_factory.mktemp("pages") / "db.sqlite3"
    environment = {"DATABASE_URL": f"sqlite:///{database}", "DEBUG": "true"}
    for command in (["migrate"], ["seed_users"], ["seed_sample", "--customers", "3"]):
        assert run_python("manage.py", *command, **environment).returncode == 0
    with serve(find_free_port(), **environment) as address:
        return walk(address, FOLDER / "pages.mjs")


def test_nothing_of_a_page_is_refused_by_its_policy(seen: dict[str, Any]) -> None:
    assert (seen["refused"], seen["errors"]) == ([], [])


def test_every_page_has_the_policy(seen: dict[str, Any]) -> None:
    unprotected = [path for path, policy in seen["policies"].items() if policy != POLICY]
    # With DEBUG on this is Django's page for developers, which has scripts and styles of its own.
    assert unprotected == ["/nowhere"]


def test_the_pages_work_under_it(seen: dict[str, Any]) -> None:
    assert seen["operations"] > 30
    assert seen["example"]
    assert "Grace" in seen["saved"]
    assert seen["selector"] == 1


@pytest.mark.parametrize("path", ["/admin/login/", "/api", "/nowhere", "/admin/nowhere"])
def test_a_page_of_production_has_the_policy(db: None, path: str) -> None:
    response = Client().get(path, follow=True)
    assert response["Content-Type"].startswith("text/html")
    assert response["Content-Security-Policy"] == POLICY
    assert "script-src" not in POLICY  # default-src 'self' holds for scripts


def test_an_answer_of_the_api_needs_none(db: None) -> None:
    assert "Content-Security-Policy" not in Client().get("/api/customers")
