"""The pages for people work in a real browser under their Content-Security-Policy: the page at `/`
with the keyboard alone, Swagger UI, GraphiQL, and the admin with an export and an import.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from api_http.page_headers import POLICY
from tests.environment import require
from tests.node_process import install_packages
from tests.once import walk_once
from tests.processes import find_free_port, run_python, serve
from tests.test_swagger import BROWSER, FOLDER, walk

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    require(shutil.which("npm"), "Node with npm")
    require(BROWSER, "Chromium")
    install_packages(FOLDER)
    folder = tmp_path_factory.mktemp("pages")
    return walk_once(tmp_path_factory, "pages", lambda: walk_pages(folder))


def walk_pages(folder: Path) -> dict[str, Any]:
    environment = {"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "DEBUG": "true"}
    for command in (["migrate"], ["seed_users"], ["seed_sample", "--customers", "3"]):
        assert run_python("manage.py", *command, **environment).returncode == 0
    with serve(find_free_port(), **environment) as address:
        seen = walk(address, FOLDER / "pages.mjs")
        snippets = seen.pop("snippets")
        seen["printed"] = {name: run_snippet(folder, name, snippets[name]) for name in snippets}
    return seen


def run_snippet(folder: Path, name: str, code: str) -> str:
    """Run what the page shows in the program that it is for, and return what that prints."""
    script = folder / f"{name}.mjs"
    script.write_text(code, encoding="utf-8")
    commands = {"javascript": ["node", str(script)], "python": [sys.executable, str(script)]}
    command = commands.get(name, ["bash", str(script)])
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_of_a_page_is_refused_by_its_policy(seen: dict[str, Any]) -> None:
    assert (seen["refused"], seen["errors"], seen["outside"]) == ([], [], [])


def test_what_people_do_leads_to_pages_without_fault(seen: dict[str, Any]) -> None:
    assert (seen["faults"], seen["wide"]) == ([], [])
    assert 5_000 < seen["weight"] < 100_000


def test_every_page_has_the_policy(seen: dict[str, Any]) -> None:
    unprotected = [path for path, policy in seen["policies"].items() if policy != POLICY]
    # With DEBUG on this is Django's page for developers, which has scripts and styles of its own.
    assert unprotected == ["/nowhere"]


def test_the_pages_work_under_it(seen: dict[str, Any]) -> None:
    assert seen["operations"] > 30
    assert seen["example"]
    assert "Grace" in seen["saved"]
    assert seen["selector"] == 1


def test_a_login_holds_for_every_page_of_the_tab_until_the_logout(seen: dict[str, Any]) -> None:
    assert seen["entered"] == ["Log out"]
    assert seen["user"] == "You are admin, with the roles: admin."
    assert "@example.com" in seen["listed"]
    assert (seen["local"], seen["kept"]) == ([], [])


def test_swagger_ui_begins_with_the_login(seen: dict[str, Any]) -> None:
    assert seen["first"] == "/api/login"


def test_a_keyboard_logs_in_and_sees_the_token_run_out(seen: dict[str, Any]) -> None:
    assert seen["login"] == "You are admin, with the roles: admin."
    first, later = (read_seconds(seen[name]) for name in ("expiry", "later"))
    assert 3_000 < later < first <= 3_600
    assert seen["claims"]["header"]["typ"] == "at+jwt"


def test_a_keyboard_lists_an_entity(seen: dict[str, Any]) -> None:
    assert seen["call"].startswith("200 OK")
    assert len(seen["answer"]) == 3


def test_a_refused_login_leaves_no_token(seen: dict[str, Any]) -> None:
    assert seen["refusal"] == "401 Unauthorized. The passed credentials are incorrect"
    assert seen["stored"] == '[{},{},""]'


def test_the_header_is_that_of_rfc_7617(seen: dict[str, Any]) -> None:
    assert seen["untyped"] == ["Authorization: Basic …", True]
    assert seen["made"] == "Authorization: Basic em/Dqzpww6Q6c3M="
    assert seen["bearer"] == "Authorization: Bearer abc"


def test_every_snippet_runs_as_it_is_shown(seen: dict[str, Any]) -> None:
    for name in ("curl", "javascript", "python", "graphql", "basic"):
        assert seen["answer"][0]["email"] in seen["printed"][name], name


def test_filters_are_saved_under_a_name(seen: dict[str, Any]) -> None:
    assert seen["filter"] == "With an e"


def test_an_export_comes_back_as_an_import(seen: dict[str, Any]) -> None:
    assert len(seen["exported"].splitlines()) == 5
    assert "4 updated" in seen["imported"]


def test_the_fault_of_a_line_is_shown(seen: dict[str, Any]) -> None:
    assert seen["faulty"].split()[0] == "2"
    assert "email" in seen["faulty"]


def read_seconds(text: str) -> int:
    found = re.fullmatch(r"The access token expires in (\d+) min (\d\d) s\.", text)
    assert found, text
    return int(found[1]) * 60 + int(found[2])


@pytest.mark.parametrize("path", ["/admin/login/", "/api", "/nowhere", "/admin/nowhere"])
def test_a_page_of_production_has_the_policy(db: None, path: str) -> None:
    response = Client().get(path, follow=True)
    assert response["Content-Type"].startswith("text/html")
    assert response["Content-Security-Policy"] == POLICY
    assert "script-src" not in POLICY  # default-src 'self' holds for scripts


def test_an_answer_of_the_api_needs_none(db: None) -> None:
    assert "Content-Security-Policy" not in Client().get("/api/customers")
