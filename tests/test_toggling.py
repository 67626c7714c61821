"""Every plugin that the project ships: alone, with each other plugin, all and none of them, each set
in a process in which the others cannot be imported.

A new app `auth_*` is covered as soon as tests/plugins/settings.py names it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.databases import make_database
from tests.environment import KEYS
from tests.once import walk_once
from tests.processes import ROOT
from tests.toggled import CORE, HALF, PLUGINS, SUBSETS, Plugins, list_blocked, run_tasks

pytestmark = pytest.mark.exhaustive

# A process that runs several sets in forks imports what they share once.
BUNDLES = 8


def test_every_plugin_belongs_to_the_plugins_run(shipped: dict[str, Any]) -> None:
    assert sorted(shipped["plugins"]) == PLUGINS


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The facts about all plugins, from a process that has all of them."""

    def describe() -> dict[str, Any]:
        (found,) = run_tasks([{"task": "describe"}])
        return dict(found)

    return walk_once(tmp_path_factory, "shipped", describe)


Make = Callable[..., dict[str, Any]]


@pytest.fixture
def make(shipped: dict[str, Any]) -> Make:
    """Make a task for a set of plugins and a database."""

    def make(task: str, subset: Plugins, url: str, **arguments: Any) -> dict[str, Any]:
        ordered = [plugin for plugin in shipped["plugins"] if plugin in subset]
        environment = {"AUTH_PLUGINS": ",".join(ordered), "DATABASE_URL": url}
        return {
            "task": task,
            "blocked": list_blocked(subset),
            "environment": shipped["environment"] | environment,
            "arguments": arguments,
        }

    return make


def serve(make: Make, shipped: dict[str, Any], tmp_path: Path, subsets: list[Plugins]) -> Any:
    with ExitStack() as stack:
        tasks = []
        for number, subset in enumerate(subsets):
            folder = tmp_path / str(number)
            folder.mkdir()
            url = stack.enter_context(make_database(folder))
            routes = [
                route
                for plugin in PLUGINS
                if plugin not in subset
                for route in shipped["plugins"][plugin].get("routes", ())
                # The admin has a page of its own for all that it does not know.
                if not route.startswith("/admin/")
            ]
            # A pair's document has the parts of the documents of both, each of which is validated.
            is_pair = len(subset) == 3 and subset != SUBSETS[-1]
            tasks.append(make("serve", subset, url, absent=routes, validated=not is_pair))
        return zip(subsets, run_tasks(tasks), strict=True)


@pytest.mark.parametrize("bundle", range(min(BUNDLES, len(SUBSETS))))
def test_every_set_starts_serves_and_documents_itself_truthfully(
    make: Make, shipped: dict[str, Any], tmp_path: Path, bundle: int
) -> None:
    for subset, found in serve(make, shipped, tmp_path, SUBSETS[bundle::BUNDLES]):
        plugins = {plugin: shipped["plugins"][plugin] for plugin in shipped["plugins"]}
        inside = {name: facts for name, facts in plugins.items() if name in subset}
        outside = {name: facts for name, facts in plugins.items() if name not in subset}
        # Second steps alone, which have no scheme, let no caller in.
        if subset and not list_documented(inside):
            assert_refused(found, "accounts.E002", "auth_core.E016")
            continue
        codes = {start: code for start, (code, _) in found["starts"].items()}
        assert codes == {"check": 0, "migrate": 0, "wsgi": 0}, (subset, found["starts"])
        assert_nothing_shows(found, inside, outside)
        assert_documents_are_true(found, inside, outside)
        assert_challenges_are_true(found, inside, outside)
        assert_operations_do_as_they_say(found, list_documented(inside))
        assert_routes_answer(found)


Facts = Mapping[str, Any]


def list_documented(inside: Facts) -> list[str]:
    return [facts["name"] for facts in inside.values() if facts.get("documented")]


def assert_documents_are_true(found: dict[str, Any], inside: Facts, outside: Facts) -> None:
    schema, documented = found["schema"], list_documented(inside)
    assert list(schema["components"].get("securitySchemes", {})) == sorted(documented)
    assert ("/api/users" in schema["paths"]) == bool(inside)
    assert ("/api/login" in schema["paths"]) == bool(inside)
    assert "/api/customers" in schema["paths"]
    text = f"{json.dumps(schema)} {found['sdl']}"
    assert [plugin for plugin in outside if re.search(rf"\b{plugin}\b", text)] == []
    inputs = {"username", "password", *list_all(inside, "inputs")}
    documents = schema["components"]["schemas"]
    if inside:
        login = schema["paths"]["/api/login"]["post"]
        body = login["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        assert set(documents[body.rpartition("/")[2]]["properties"]) == inputs
        answer = login["responses"]["201"]["content"]["application/json"]["schema"]["$ref"]
        outputs = set(documents[answer.rpartition("/")[2]]["properties"])
        allowed = {"id", "username", "roles", "accessToken", "tokenType"}
        assert outputs <= allowed | list_all(inside, "outputs")
        block = found["sdl"].partition("input Credentials {")[2].partition("}")[0]
        assert set(re.findall(r"^  (\w+):", block, re.MULTILINE)) == inputs


def list_all(plugins: Facts, key: str) -> set[str]:
    return {name for facts in plugins.values() for name in facts.get(key, ())}


def assert_nothing_shows(found: dict[str, Any], inside: Facts, outside: Facts) -> None:
    """No table, command, check or setting of a plugin that is out."""
    shown = found["shown"]
    assert not {*outside} & {*shown["commands"], *shown["checks"]}
    left = [name for name in found["tables"] if name.startswith(tuple(f"{n}_" for n in outside))]
    assert left == []
    declared = list_all(outside, "settings") - list_all(inside, "settings")
    assert not declared & {*shown["settings"]}


def assert_challenges_are_true(found: dict[str, Any], inside: Facts, outside: Facts) -> None:
    schemes = [facts["scheme"] for facts in inside.values() if facts.get("scheme")]
    schemes = list(dict.fromkeys(sorted(schemes, key="Basic".__eq__)))
    others = {facts["scheme"] for facts in outside.values() if facts.get("scheme")} - {*schemes}
    words = (found["challenges"] or "").split()
    assert [word for word in words if word in schemes] == schemes
    assert not others & {*words}
    assert {*found["logins"]} <= {*schemes}


def assert_operations_do_as_they_say(found: dict[str, Any], names: list[str]) -> None:
    assert len(found["operations"]) > 20
    for operation in found["operations"]:
        security = operation["security"]
        assert not names or security is not None, operation
        schemes = {name for each in security or () for name in each}
        assert schemes <= {*names}, operation
        if {} not in (security or ()):
            assert (operation["without"] == 401) == bool(security), operation
        # A view may name the providers that it takes.
        if schemes == {*names}:
            assert all(code not in (401, 403) for code in operation["with"]), operation
        assert all(code < 500 for code in (operation["without"], *operation["with"])), operation


def assert_routes_answer(found: dict[str, Any]) -> None:
    assert len(found["routes"]) > 40
    for path, statuses in found["routes"].items():
        assert all(status < 500 for status in statuses), path
        if path.startswith("/api/"):
            assert 403 not in statuses, path
    assert {*found["absent"].values()} <= {404}, found["absent"]


def assert_refused(found: dict[str, Any], *faults: str) -> None:
    for start, (code, screen) in found["starts"].items():
        message = code if start == "wsgi" else screen
        assert any(fault in message for fault in faults), start
        assert code != 0
        assert "Traceback" not in screen
    assert found["tables"] == []


def test_half_a_set_of_plugins_does_not_start_whichever_way(
    make: Make, shipped: dict[str, Any], tmp_path: Path
) -> None:
    for half, found in serve(make, shipped, tmp_path, HALF):
        if half == (CORE,):
            assert_refused(found, "accounts.E002")
        elif any("name" in shipped["plugins"][plugin] for plugin in half):
            assert_refused(found, "accounts.E001")


def test_taking_the_plugins_out_and_putting_them_back_loses_nothing(
    make: Make, database_url: str
) -> None:
    every = tuple(PLUGINS)
    (before,) = run_tasks([make("use", every, database_url, come="ada")])
    without, after = run_tasks(
        [
            make("use", (), database_url, gone="ada"),
            make("use", every, database_url, headers=before["headers"]),
        ]
    )
    assert [found["start"][0] for found in (before, without, after)] == [0, 0, 0]
    assert without["deleted"]
    assert before["users"][:1] == without["users"] == after["users"]
    assert before["schema"] == without["schema"] == after["schema"]
    answers = [answer for found in (before, without, after) for answer in found["answers"]]
    assert len(answers) == 2 * len(before["headers"]) + 1 + len(after["headers"])
    assert {(200, before["answers"][0][1])} == {*map(tuple, answers)}
    assert "Ada" in before["answers"][0][1]


def test_taking_plugins_out_of_the_database_leaves_it_as_if_they_had_never_been(
    make: Make, database_url: str
) -> None:
    before, with_all, removed, after, again = run_tasks(
        [
            make("use", (), database_url),
            make("use", tuple(PLUGINS), database_url, come="ada"),
            make("take_out", (), database_url, plugins=PLUGINS),
            make("use", (), database_url, gone="ada"),
            make("use", tuple(PLUGINS), database_url),
        ]
    )
    assert with_all["schema"] != before["schema"]
    assert len(removed["left"]) >= 2
    tableless = "Nothing in the database belongs to"
    assert all(not code or tableless in screen for code, screen in removed["done"]), removed
    assert removed["schema"] == after["schema"] == before["schema"]
    assert removed["rows"] == after["rows"] == before["rows"]
    assert after["deleted"]
    assert again["start"][0] == 0
    assert again["schema"] == with_all["schema"]


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
