"""The OpenAPI document for many callers at the same moment, from a server that has just started."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.databases import make_database
from tests.processes import find_free_port, serve

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

CALLERS = 16


@pytest.fixture(params=["", "false"], ids=["default", "production"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with make_database(tmp_path) as url:
        variables = {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DEBUG": request.param,
        }
        with serve(find_free_port(), CALLERS, **variables) as address:
            yield address


def ask_at_once(address: str, paths: list[str], accept: str) -> list[tuple[int, bytes]]:
    gate = Barrier(len(paths))

    def ask(path: str) -> tuple[int, bytes]:
        gate.wait()
        try:
            with urlopen(
                Request(address + path, headers={"Accept": accept}), timeout=60
            ) as response:
                return response.status, response.read()
        except HTTPError as error:
            return error.code, error.read()

    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(ask, paths))


def test_everybody_gets_the_same_document(address: str) -> None:
    paths = ["/api/schema", "/api-json"] * (CALLERS // 2)
    for _ in range(3):  # the first time it is made, and then it is there
        answers = ask_at_once(address, paths, "application/json")
        assert {status for status, _ in answers} == {200}
        assert len({body for _, body in answers}) == 1
    yaml = ask_at_once(address, paths, "application/yaml")
    assert {status for status, _ in yaml} == {200}
    assert len({body for _, body in yaml}) == 1


def test_the_first_questions_to_graphql_may_come_at_once(address: str) -> None:
    answers = ask_at_once(address, ["/graphql?query={__typename}"] * CALLERS, "application/json")
    assert set(answers) == {(200, b'{"data":{"__typename":"Query"}}')}
