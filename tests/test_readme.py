"""README.md and docs/ do not lie: their commands, examples, quotes and tables are run or compared."""

import io
import json
import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.core.management import call_command
from graphql import GraphQLObjectType, GraphQLSchema, graphql_sync
from rest_framework.test import APIClient

from api_http.about import describe_api
from api_http.graphql import limits
from auth_core.management.commands.audit_log import COLUMNS
from auth_core.policy.loading import read_source
from config.environment import read_environment
from entity_api.graphql.limits import MOST_ROWS
from entity_api.query.limits import MAX_VALUES
from tests import readme
from tests.environment import VARIABLES
from tests.processes import ROOT, find_free_port, wait_for_port
from tests.quickstarted import make_fresh_environment, quickstart

# No row of the tests has it.
EXAMPLE_ID = "01a2209b-0096-7393-877b-6aa88f691b5b"
PUBLISHED = "http://127.0.0.1:8000"


def test_it_begins_with_the_two_commands() -> None:
    commands = [line.strip() for line in readme.TEXT.splitlines()[1:4] if line]
    assert commands == [
        "pip install uv && uv run manage.py quickstart",
        "pip install uv && uv run --dev pytest",
    ]


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_its_curls_print_what_it_says(database_url: str, tmp_path: Path) -> None:
    with quickstart(tmp_path, DATABASE_URL=database_url) as service:
        lines = [line for line in readme.find_lines("sh", "curl ") if "$" not in line]
        login, customers, graphql_login, graphql = (
            json.loads(run_curl(line, service.url)) for line in lines
        )
        token = graphql_login["data"]["login"]["accessToken"]
        assert json.loads(
            run_curl(f"curl {PUBLISHED}/api/me -H 'Authorization: Bearer {token}'", service.url)
        )["id"]
    shown_login, shown_customers, *_ = (
        json.loads(block.code) for block in readme.BLOCKS if block.language == "json"
    )
    assert shown_login.keys() <= login.keys()
    assert shown_customers[0].keys() == customers[0].keys()
    assert len(graphql["data"]["customers"]) == 2


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_its_sessions_are_refreshed_listed_and_ended_as_it_says(
    database_url: str, tmp_path: Path
) -> None:
    log_in, *_ = readme.find_lines("sh", "curl ")
    statuses = []
    with quickstart(tmp_path, DATABASE_URL=database_url) as service:
        for line in (line for line in readme.find_lines("sh", "curl ") if "$" in line):
            login = json.loads(run_curl(log_in, service.url))
            tokens = {"TOKEN": login["accessToken"], "REFRESH_TOKEN": login["refreshToken"]}
            session, *_ = json.loads(
                run_curl(
                    f'curl {PUBLISHED}/api/sessions -H "Authorization: Bearer $TOKEN"',
                    service.url,
                    **tokens,
                )
            )
            statuses.append(
                run_curl(
                    f"{line} -o /dev/null -w '%{{http_code}}'",
                    service.url,
                    **tokens,
                    SESSION=session["id"],
                )
            )
    assert statuses == ["200", "200", "204", "204", "204", "204", "204", "204"]


def run_curl(line: str, url: str, **variables: str) -> str:
    command = f"{line.replace(PUBLISHED, url)} -sS"
    done = subprocess.run(
        ["bash", "-c", command],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout


@pytest.mark.parametrize("line", readme.find_lines("http", "GET "))
def test_its_queries_are_understood(rest: APIClient, line: str) -> None:
    path = line.removeprefix("GET ")
    response = rest.get(path)
    if EXAMPLE_ID in path:
        assert (response.status_code, response.json()["detail"]) == (
            404,
            "There is no Customer with this id.",
        )
    else:
        assert (response.status_code, response.json()) == (200, [])


# The first takes long, and the others change the project. Other tests run them.
ELSEWHERE = (
    *("auth_audit", "makemigrations", "migrate"),
    *("startentity", "startprovider", "import_amplication"),
)


@pytest.mark.django_db
def test_its_commands_run(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.DEBUG = True
    settings.JWT_KEYS_DIR = str(tmp_path / "keys")
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "server/src/grants.json", "[]")
    write(tmp_path / "config/permissions.toml", "")
    write(tmp_path / "users.csv", readme.find_block("csv"))
    call_command("seed_users", verbosity=0)
    commands = [command for command in readme.find_commands() if command[0] not in ELSEWHERE]
    assert len(commands) >= 12
    for name, *arguments in commands:
        if "--help" in arguments:
            with pytest.raises(SystemExit, match="0"):
                call_command(name, *arguments, stdout=io.StringIO())
        else:
            call_command(name, *arguments, stdout=io.StringIO())


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_it_names_all_commands_that_there_are() -> None:
    commands = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    assert commands - set(re.findall(r"\w+", readme.TEXT)) == set()


def test_an_explanation_reads_as_it_says(user: Any) -> None:
    command, *expected = readme.find_block("console").splitlines()
    said = io.StringIO()
    call_command(*shlex.split(command.removeprefix(f"$ {readme.MANAGE}")), stdout=said)
    numbers = re.compile(r"line \d+")
    assert (
        numbers.sub("line", said.getvalue()).splitlines()
        == numbers.sub("line", "\n".join(expected)).splitlines()
    )


def test_an_event_is_printed_as_it_says() -> None:
    shown = re.findall(r" (\w+)=", readme.find_block("text"))
    assert shown == [name for name in COLUMNS if name in shown]


def test_its_policy_is_one(policy: Any) -> None:
    text = next(
        block.code
        for block in readme.BLOCKS
        if block.language == "toml" and "roles =" in block.code
    )
    assert read_source(policy(text)).faults == ()


@pytest.mark.parametrize(
    "query", [block.code for block in readme.BLOCKS if block.language == "graphql"]
)
def test_its_graphql_is_understood(as_admin: APIClient, query: str) -> None:
    assert "errors" not in as_admin.post("/graphql", {"query": query}).json()


def test_the_head_of_openapi_shows_the_same_mutation(settings: Any) -> None:
    mutation = next(block.code for block in readme.BLOCKS if block.language == "graphql")
    assert mutation in describe_api(Path("config"), authenticated=True, debug=True)
    assert "admin" not in settings.SPECTACULAR_SETTINGS["DESCRIPTION"]


def test_its_own_operation_works(tmp_path: Path) -> None:
    write(
        tmp_path / "graphql.py",
        next(block.code for block in readme.BLOCKS if "greeting" in block.code),
    )
    part = runpy.run_path(str(tmp_path / "graphql.py"))
    schema = GraphQLSchema(GraphQLObjectType("Query", part["queries"]))
    result = graphql_sync(schema, "{ greeting }", context_value=SimpleNamespace(user="ada"))
    assert result.data == {"greeting": "Hello, ada"}


def test_its_limits_are_those_that_there_are() -> None:
    shown = [
        int(number.replace(",", ""))
        for row in readme.read_table("limit")
        for number in re.findall(r"[\d,]*\d", row[1])
    ]
    assert shown == [
        limits.MAX_CHARACTERS,
        limits.MAX_TOKENS,
        limits.MAX_DEFINITIONS,
        limits.MAX_DEPTH,
        limits.MAX_LEVELS,
        limits.MAX_FIELDS,
        limits.MAX_TOP_FIELDS,
        limits.MAX_ALIASES,
        limits.MAX_DIRECTIVES,
        limits.MAX_VALUES,
        MOST_ROWS,
        MAX_VALUES,
        1,
    ]


def test_its_verifier_expects_our_tokens(settings: Any) -> None:
    expected = f'audience="{settings.JWT_AUDIENCE}", issuer="{settings.JWT_ISSUER}"'
    assert expected in readme.TEXT


@pytest.mark.parametrize("page", readme.PAGES, ids=lambda page: page.name)
def test_its_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link.partition("#")[0]).exists()] == []


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_a_plugin_is_taken_out_as_it_says() -> None:
    (line,) = readme.find_lines("sh", "AUTH_PLUGINS=")
    done = subprocess.run(
        ["bash", "-c", line.replace("uv run", sys.executable)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "path", ["tests/dummy_provider/apps.py", "tests/dummy_provider/provider.py"]
)
def test_the_plugin_that_it_quotes_is_the_tested_one(path: str) -> None:
    assert readme.find_quotes()[path] == (ROOT / path).read_text(encoding="utf-8")


def test_its_settings_are_all_that_there_are() -> None:
    assert {row[0].strip("`") for row in readme.read_table("variable")} == set(VARIABLES)


@pytest.mark.parametrize(
    # The project's own tests look at its plugins.
    "row",
    [row for row in readme.read_table("variable") if row[0] != "`AUTH_PLUGINS`"],
    ids=lambda row: row[0].strip("`"),
)
def test_its_defaults_are_the_defaults(row: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if default := re.match(r"`([^`]*)`", row[2]):
        monkeypatch.delenv(row[0].strip("`"), raising=False)
        expected = read_environment(ROOT)
        monkeypatch.setenv(row[0].strip("`"), default[1])
        assert read_environment(ROOT) == expected


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_it_goes_to_production_as_it_says(database_url: str, tmp_path: Path) -> None:
    (script,) = (block.code for block in readme.BLOCKS if "export SECRET_KEY" in block.code)
    port = find_free_port()
    replacements = {
        "uv sync --compile-bytecode": "",  # which would take from under the tests what they run on
        "uv run manage.py serve": f"exec {sys.executable} manage.py serve --port {port} --workers 1",
        "uv run manage.py": f"{sys.executable} manage.py",
        "$(python": f"$({sys.executable}",
    }
    for published, ours in replacements.items():
        assert published in script
        script = script.replace(published, ours)
    script = re.sub("DATABASE_URL=.*", f"DATABASE_URL='{database_url}'", script)
    assert read_status_in_production(script, port) == 204


def read_status_in_production(script: str, port: int) -> int:
    process = subprocess.Popen(
        ["bash", "-ec", script],
        cwd=ROOT,
        env=make_fresh_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        assert process.stdin
        process.stdin.write(b"analytical engine of 1837\n")
        process.stdin.close()
        # It migrates first.
        wait_for_port(port, process, patience=120)
        request = Request(
            f"http://127.0.0.1:{port}/api/_health/ready", headers={"Host": "api.example.org"}
        )
        with urlopen(request, timeout=30) as response:
            return int(response.status)
    finally:
        # By now the shell is the server, whose workers it ends itself.
        process.terminate()
        process.wait(timeout=60)
