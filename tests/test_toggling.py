"""Every subset of the authentication plugins, each in a process in which the others cannot be
imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.environment import KEYS

pytestmark = pytest.mark.exhaustive

ROOT = Path(__file__).parent.parent
PLUGINS = ("auth_core", "auth_jwt", "auth_basic")
# What is there for one plugin only, and so goes with it.
BELONGINGS = {"auth_jwt": ("cryptography", "jwt")}
SCHEMES = {"auth_jwt": "Bearer", "auth_basic": "Basic"}
SUBSETS = [subset for size in range(4) for subset in combinations(PLUGINS, size)]
WHOLE = [
    subset
    for subset in SUBSETS
    if ("auth_core" in subset) == bool({"auth_jwt", "auth_basic"} & set(subset))
]
HALF = [subset for subset in SUBSETS if subset not in WHOLE]


@pytest.fixture
def run(database_url: str) -> Callable[..., Any]:
    def run(task: str, subset: tuple[str, ...]) -> Any:
        removed = [plugin for plugin in PLUGINS if plugin not in subset]
        blocked = [
            package for plugin in removed for package in (plugin, *BELONGINGS.get(plugin, ()))
        ]
        environment = {
            **os.environ,
            **KEYS,
            "AUTH_PLUGINS": ",".join(subset),
            "DATABASE_URL": database_url,
        }
        command = [sys.executable, "tests/toggled_process.py", task, *blocked]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(params=WHOLE, ids="+".join)
def whole(request: pytest.FixtureRequest) -> tuple[str, ...]:
    subset: tuple[str, ...] = request.param
    return subset


def test_every_whole_subset_starts_serves_and_documents_itself_truthfully(
    run: Callable[..., Any], whole: tuple[str, ...]
) -> None:
    found = run("serve", whole)
    schemes = [SCHEMES[plugin] for plugin in whole if plugin in SCHEMES]
    assert {start: code for start, (code, _) in found["starts"].items()} == {
        "check": 0,
        "migrate": 0,
        "wsgi": 0,
    }
    assert sorted(found["logins"]) == sorted(schemes)
    assert [
        part for part in (found["challenges"] or "").split() if part in SCHEMES.values()
    ] == schemes
    names = [plugin for plugin in whole if plugin in SCHEMES]
    assert_schema_is_true(found, names)
    assert_operations_do_as_they_say(found, names)
    assert_routes_answer(found)


def assert_schema_is_true(found: dict[str, Any], names: list[str]) -> None:
    schema = found["schema"]
    validate(schema)
    assert list(schema["components"].get("securitySchemes", {})) == sorted(names)
    assert ("/api/users" in schema["paths"]) == bool(names)
    assert ("/api/login" in schema["paths"]) == bool(names)
    assert "/api/customers" in schema["paths"]


def assert_operations_do_as_they_say(found: dict[str, Any], names: list[str]) -> None:
    assert len(found["operations"]) > 20
    closed: list[dict[str, list[str]]] = [{name: []} for name in reversed(names)]
    # Closed, open, or with credentials that may be left out.
    securities = (closed, [], [*closed, {}]) if names else (None,)
    for operation in found["operations"]:
        assert operation["security"] in securities, operation
        assert (operation["without"] == 401) == bool(operation["security"]), operation
        assert all(status not in (401, 403) and status < 500 for status in operation["with"]), (
            operation
        )
        assert operation["without"] < 500, operation


def assert_routes_answer(found: dict[str, Any]) -> None:
    assert len(found["routes"]) > 40
    for path, statuses in found["routes"].items():
        assert all(status < 500 for status in statuses), path
        if path.startswith("/api/"):
            assert 403 not in statuses, path


@pytest.mark.parametrize("half", HALF, ids="+".join)
def test_half_a_set_of_plugins_does_not_start_whichever_way(
    run: Callable[..., Any], half: tuple[str, ...]
) -> None:
    fault = "accounts.E002" if "auth_core" in half else "accounts.E001"
    found = run("try", half)
    for start, (code, screen) in found["starts"].items():
        message = code if start == "wsgi" else screen
        assert fault in message, start
        assert code != 0
        assert "Traceback" not in screen
    assert found["tables"] == []


def test_taking_the_plugins_out_and_putting_them_back_loses_nothing(
    run: Callable[..., Any],
) -> None:
    before, without, after = (run("use", subset) for subset in (PLUGINS, (), PLUGINS))
    assert [found["start"][0] for found in (before, without, after)] == [0, 0, 0]
    assert before["users"] == without["users"] == after["users"]
    assert before["tables"] == without["tables"] == after["tables"]
    assert (len(before["answers"]), len(without["answers"]), len(after["answers"])) == (2, 1, 2)
    assert {status for found in (before, without, after) for status, _ in found["answers"]} == {200}
    assert {body for found in (before, without, after) for _, body in found["answers"]} == {
        before["answers"][0][1]
    }
    assert "Ada" in before["answers"][0][1]


@pytest.mark.parametrize("name", ["auth_nothing", "auth_core;auth_jwt"])
def test_an_unknown_plugin_stops_the_start_with_the_known_ones(name: str) -> None:
    environment = {**os.environ, **KEYS, "AUTH_PLUGINS": name}
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "auth_core, auth_jwt, auth_basic" in done.stderr
    assert "Traceback" not in done.stderr
