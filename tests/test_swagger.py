"""Swagger UI as a new user walks it, in a real browser: log in, authorize, list, create, change,
delete, go wrong.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.environment import require
from tests.node_process import install_packages
from tests.once import walk_once
from tests.processes import ROOT, find_free_port, run_python, serve

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FOLDER = ROOT / "tests" / "browser"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    require(shutil.which("npm"), "Node with npm")
    require(BROWSER, "Chromium")
    install_packages(FOLDER)
    database = tmp_path_factory.mktemp("swagger") / "db.sqlite3"
    return walk_once(tmp_path_factory, "swagger", lambda: walk_swagger(database))


def walk_swagger(database: Path) -> dict[str, Any]:
    environment = {"DATABASE_URL": f"sqlite:///{database}", "DEBUG": "true"}
    for command in (["migrate"], ["seed_users"]):
        assert run_python("manage.py", *command, **environment).returncode == 0
    with serve(find_free_port(), **environment) as address:
        return walk(address, FOLDER / "swagger.mjs")


def walk(address: str, script: Path) -> dict[str, Any]:
    done = subprocess.run(
        ["node", str(script), str(BROWSER), address],
        check=False,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_page_is_whole_without_the_internet(seen: dict[str, Any]) -> None:
    assert (seen["outside"], seen["errors"]) == ([], [])


def test_authorize_offers_the_installed_providers(seen: dict[str, Any]) -> None:
    assert sorted(seen["schemes"]) == ["auth_basic", "auth_jwt"]


def test_login_works_from_try_it_out(seen: dict[str, Any]) -> None:
    assert seen["anonymous"]["status"] == 401
    assert (seen["wrong"]["status"], seen["wrong"]["body"]["detail"]) == (
        401,
        "The passed credentials are incorrect",
    )
    assert (seen["login"]["status"], seen["login"]["body"]["tokenType"]) == (201, "Bearer")


def test_the_token_opens_the_entities(seen: dict[str, Any]) -> None:
    assert seen["list"]["status"] == 200
    assert (seen["created"]["status"], seen["created"]["body"]["firstName"]) == (201, "Zoë")
    assert (seen["changed"]["status"], seen["changed"]["body"]["phone"]) == (200, "1")


def test_a_create_works_as_it_is_prefilled(seen: dict[str, Any]) -> None:
    assert seen["prefilled"]["status"] == 201
    assert seen["prefilled"]["body"]["email"] == "ada@example.org"


def test_conditions_written_as_json_are_sent_with_brackets(seen: dict[str, Any]) -> None:
    assert "where[firstName][startsWith]=Zo" in seen["filtered"]["url"]
    assert [customer["firstName"] for customer in seen["filtered"]["body"]] == ["Zoë"]


def test_a_bad_body_is_explained(seen: dict[str, Any]) -> None:
    assert seen["bad"]["status"] == 400
    assert seen["bad"]["body"]["errors"] == [
        {"pointer": "#/phone", "detail": "Not a valid string.", "code": "invalid"}
    ]


def test_no_password_stays_in_the_browser(seen: dict[str, Any]) -> None:
    assert "authorized" not in seen["kept"]


def test_the_password_deletes_what_the_token_made(seen: dict[str, Any]) -> None:
    assert (seen["deleted"]["status"], seen["deleted"]["body"]["phone"]) == (200, "1")
