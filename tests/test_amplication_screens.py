"""The screens of an Amplication service work here: the school, through Amplication's data provider."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import make_basic_header
from tests.copied_project import make_environment, run
from tests.environment import require
from tests.node_process import install_packages, run_node
from tests.processes import ROOT, find_free_port, serve_project
from tests.test_import_amplication import MAKE_ROLES, SERVICES, SETTINGS, import_service
from tests.test_swagger import BROWSER

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

SCREENS = ROOT / "tests" / "screens"
ENTITIES = (*("Attendance", "Home", "Lesson", "Mark", "SchoolClass", "Student", "Teacher", "User"),)
# The grants that Amplication gives to a new service: everything, to the role `user`.
GRANTS = [
    {"role": "user", "resource": entity, "action": f"{action}:any", "attributes": "*"}
    for entity in ENTITIES
    for action in ("create", "read", "update", "delete")
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The imported school, served, with an admin who has every role."""
    folder = tmp_path_factory.mktemp("school")
    service = shutil.copytree(SERVICES / "school", folder / "service")
    (service / "src" / "grants.json").write_text(json.dumps(GRANTS), encoding="utf-8")
    project, _ = import_service(folder, str(service))
    run(project, "manage.py", "shell", "-c", MAKE_ROLES, **SETTINGS)
    environment = make_environment(**SETTINGS)
    with serve_project(project, environment, find_free_port()) as root:
        yield root


@pytest.mark.parametrize("version", ["13", "14"])
def test_the_screens_of_a_school_work(address: str, version: str) -> None:
    credentials = make_basic_header("admin", "admin")
    done = run_node("school.mjs", f"{address}/graphql", version, credentials)
    assert "everything went well" in done


@pytest.fixture(scope="module")
def seen(address: str) -> dict[str, Any]:
    """What the screens of a small admin showed in a real browser."""
    require(shutil.which("npm"), "Node with npm")
    require(BROWSER, "Chromium")
    install_packages(SCREENS)
    done = subprocess.run(
        ["node", "screens.mjs", str(BROWSER), address, "admin"],
        cwd=SCREENS,
        check=False,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_form_creates_a_row_with_options_dates_and_links(seen: dict[str, Any]) -> None:
    created = seen["created"]
    shown = [created[name] for name in ("gender", "birthDate", "isBoarder")]
    assert shown == ["Female", "2015-12-10", True]
    assert created["home"].keys() == created["classField"].keys() == {"id", "__typename"}
    attended = seen["attended"]
    assert (attended["date"], attended["arrivedAt"]) == ("2026-01-31", "08:30:00")


def test_lists_show_rows_with_their_links_and_filter_them(seen: dict[str, Any]) -> None:
    assert seen["students"] == [["Ada", "Female", "10/12/2015", "", "1a"]]
    assert seen["filtered"] == "No results found"
    assert seen["attendances"] == [["", "2026-01-31", "08:30:00", "", "held"]]


def test_a_form_shows_a_row_and_changes_it(seen: dict[str, Any]) -> None:
    assert seen["form"] == "2015-12-10T00:00"
    changed = {name: seen["changed"][name] for name in ("firstName", "birthDate", "gender")}
    assert changed == {"firstName": "Augusta", "birthDate": "2015-12-11", "gender": "Female"}
    assert seen["changed"]["home"] == seen["created"]["home"]
    assert seen["linked"] == [["Augusta"]]


def test_a_row_is_deleted_and_no_page_failed(seen: dict[str, Any]) -> None:
    assert seen["deleted"] is True
    assert (seen["errors"], seen["outside"]) == ([], [])
