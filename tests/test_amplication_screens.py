"""The screens of an Amplication service work here: the school, through Amplication's data provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from shutil import copytree

import pytest

from tests.conftest import make_basic_header
from tests.copied_project import make_environment, run
from tests.node_process import run_node
from tests.processes import find_free_port, serve_project
from tests.test_import_amplication import MAKE_ROLES, SERVICES, SETTINGS, import_service

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

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
    service = copytree(SERVICES / "school", folder / "service")
    (service / "src" / "grants.json").write_text(json.dumps(GRANTS), encoding="utf-8")
    project, _ = import_service(folder, str(service))
    run(project, "manage.py", "shell", "-c", MAKE_ROLES, **SETTINGS)
    environment = make_environment(**SETTINGS)
    with serve_project(project, environment, find_free_port()) as root:
        yield f"{root}/graphql"


@pytest.mark.parametrize("version", ["13", "14"])
def test_the_screens_of_a_school_work(address: str, version: str) -> None:
    done = run_node("school.mjs", address, version, make_basic_header("admin", "admin"))
    assert "everything went well" in done
