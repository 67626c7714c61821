"""Generated clients of the tests' domain work with a running service, and linters find no fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.test import APIClient

from tests import swift_program
from tests.client_generators import (
    DONE,
    FOLDER,
    PASSWORD,
    SCRIPTS,
    compile_kotlin,
    generate_from_openapi,
    generate_python,
    generate_typescript,
    lint,
    prepare_folder,
    run_command,
    run_generated_python,
    run_package,
    serve_with_admin,
)
from tests.generated.client_python import ProblemError, Service, main
from tests.readme import find_quotes, read_table
from tests.swift_program import Sender

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

# The programs of the pages of clients, and what they print. check_admin.ts drives client_admin.ts.
PAGES = {
    "client_fetch.ts": ["[ 'Grace' ] of 3", "1 412", "400 [ '#/firstName' ]", "401"],
    "client_apollo.ts": ["[ 'Grace' ] of 3", "BAD_USER_INPUT"],
    "check_admin.ts": ["everything went well"],
}
SCHEMAS = Path(__file__).parent / "schemas"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_with_admin(tmp_path_factory.mktemp("served")) as root:
        yield root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepare_folder(tmp_path, SCHEMAS / "openapi.json", SCHEMAS / "schema.graphql")
    return tmp_path


def test_clients_of_typescript_work(folder: Path, address: str) -> None:
    generate_typescript(folder)
    for script in SCRIPTS:
        assert run_package(folder, "tsx", script, address, PASSWORD) == DONE
    for script, said in PAGES.items():
        assert run_package(folder, "tsx", script, address, PASSWORD).splitlines() == said


def test_many_requests_and_tabs_share_a_refresh(folder: Path, address: str) -> None:
    assert run_package(folder, "tsx", "check_session.ts", address, PASSWORD) == DONE


def test_many_threads_share_a_refresh(address: str) -> None:
    service = Service(address)
    service.log_in("admin", PASSWORD)
    # The service refuses this token as it refuses an expired one.
    service.tokens["accessToken"] = "expired"
    sent: list[str] = []
    service.http.hooks["response"].append(lambda answer, **_: sent.append(answer.url))
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: service.ask("GET", "/api/me"), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len([url for url in sent if url.endswith("/refresh")]) == 1
    before = {**service.tokens, "accessToken": "expired"}
    service.log_out()
    service.tokens = before
    with pytest.raises(ProblemError):
        service.ask("GET", "/api/me")
    assert service.tokens == {}


def test_the_page_of_clients_shows_the_programs() -> None:
    quotes = find_quotes()
    programs = ("session.ts", "client_fetch.ts", "client_apollo.ts", "client_admin.ts")
    for name in (*programs, "client_python.py", "client_kotlin.kt", "client_swift.swift"):
        assert quotes[f"tests/generated/{name}"] == (FOLDER / name).read_text(encoding="utf-8")


def test_the_program_of_python_works(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(address, PASSWORD)
    said = ["['Grace'] of 3", "1", "412", "400 ['#/firstName']"]
    assert capsys.readouterr().out.splitlines() == said


def test_the_program_of_kotlin_works(tmp_path: Path, address: str) -> None:
    java = compile_kotlin(tmp_path)
    said = run_command(tmp_path, *java, "Client_kotlinKt", address, PASSWORD)
    assert said.splitlines() == ["[Grace] of 3", "1", "412", "400 [#/firstName]"]
    assert run_command(tmp_path, *java, "Check_kotlinKt", address, PASSWORD) == DONE


def test_what_the_program_of_swift_sends_is_answered_as_its_page_says(address: str) -> None:
    sent = Sender(address)
    for request, body, answer in read_table("what it sends"):
        status, _, parts = answer.partition(" ")
        found = sent.send(request.strip("`"), body.strip("`"))
        assert (found.status_code, request) == (int(status), request)
        for part in re.findall("`([^`]+)`", parts):
            assert part in found.text
    assert sent.calls == swift_program.find_calls()
    assert sent.query == swift_program.find_query()
    fields = swift_program.find_structs()
    assert sent.fields == set().union(*(fields[name] for name in swift_program.SENT))


def test_a_client_of_python_works(folder: Path, address: str) -> None:
    assert run_generated_python(folder, address, PASSWORD) == DONE


@pytest.fixture
def all_kinds(lab: APIClient, tmp_path: Path) -> Path:
    """A folder with the document of entities that have fields of all kinds."""
    document = tmp_path / "lab.json"
    generator: Any = SchemaGenerator
    made = generator().get_schema(request=None, public=True)
    document.write_bytes(OpenApiJsonRenderer().render(made, renderer_context={}))
    prepare_folder(tmp_path, document, SCHEMAS / "schema.graphql")
    for script in tmp_path.glob("*.ts"):
        script.unlink()
    return tmp_path


def test_clients_of_all_kinds_of_fields_compile(all_kinds: Path) -> None:
    generate_from_openapi(all_kinds)
    types = (all_kinds / "made" / "schema.ts").read_text(encoding="utf-8")
    assert 'EnumSampleStatus: "draft" | "in-progress" | "2nd";' in types
    lint(all_kinds)


def test_a_python_client_of_all_kinds_of_fields_compiles(all_kinds: Path) -> None:
    generate_python(all_kinds)
    assert (all_kinds / "made" / "models" / "enum_sample_status.py").exists()


def test_linters_find_no_fault(folder: Path) -> None:
    assert "No results" in lint(folder)
