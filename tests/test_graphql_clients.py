"""Real clients against a real server process: GraphQL over HTTP's audits, and react-admin's data
provider.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node_process import run_node
from tests.processes import find_free_port, run_python, serve

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

PASSWORD = "Difference-Engine-1"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with an admin and sample data."""
    path = tmp_path_factory.mktemp("seeded") / "service.sqlite3"
    for command in (
        ["migrate"],
        ["seed_users", "--password", PASSWORD],
        ["seed_sample", "--customers", "20"],
    ):
        done = run_python("manage.py", *command, DATABASE_URL=f"sqlite:///{path}", DEBUG="true")
        assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def address(request: pytest.FixtureRequest, seeded: Path, tmp_path: Path) -> Iterator[str]:
    """A service with the plugins that the test's parameter names."""
    database = shutil.copy(seeded, tmp_path)
    environment = {
        "AUTH_PLUGINS": request.param,
        "DATABASE_URL": f"sqlite:///{database}",
        "GRAPHQL_INTROSPECTION": "true",
    }
    with serve(find_free_port(), **environment) as root:
        yield f"{root}/graphql"


@pytest.mark.parametrize(
    "address", ["auth_core,auth_jwt", "auth_core,auth_basic", ""], indirect=True
)
def test_it_passes_every_audit_of_graphql_over_http(address: str) -> None:
    assert json.loads(run_node("audits.mjs", address)) == {"count": 61, "failed": []}


@pytest.mark.parametrize("version", ["13", "14"])
@pytest.mark.parametrize(
    ("address", "scheme"),
    [("auth_core,auth_jwt", "Bearer"), ("auth_core,auth_basic", "Basic")],
    indirect=["address"],
)
def test_it_serves_the_data_provider_of_react_admin(
    address: str, scheme: str, version: str
) -> None:
    assert "everything went well" in run_node("provider.mjs", address, version, scheme, PASSWORD)
