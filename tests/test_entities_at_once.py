"""What several callers do at the same moment, through real server processes and on either database."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.databases import make_database
from tests.processes import find_free_port, run_python, serve

pytestmark = pytest.mark.exhaustive

Answer = tuple[int, Any]
Send = Callable[[str, str, Any], Answer]
AT_ONCE = 5


def send(address: str, headers: dict[str, str], method: str, path: str, body: Any = None) -> Answer:
    request = Request(f"{address}{path}", json.dumps(body).encode(), headers, method=method)
    try:
        with urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        return error.code, json.load(error)


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Send]:
    """Send a request as an admin to a service that all these tests share."""
    prepare = (
        "import django; django.setup(); from django.core.management import call_command as call; "
        "call('migrate')"
    )
    prepare += "; call('seed_users', password='analytical engine')"
    headers = {"Content-Type": "application/json"}
    with make_database(tmp_path_factory.mktemp("at_once")) as url:
        variables = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        ran = run_python("-c", prepare, **variables)
        assert ran.returncode == 0, ran.stderr
        with serve(find_free_port(), **variables) as address:
            credentials = {"username": "admin", "password": "analytical engine"}
            issued = send(address, headers, "POST", "/api/login", credentials)[1]
            headers["Authorization"] = f"{issued['tokenType']} {issued['accessToken']}"
            yield lambda method, path, body: send(address, headers, method, path, body)


def at_once(call: Send, *requests: tuple[str, str, Any]) -> list[Answer]:
    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(lambda request: call(*request), requests))


def test_of_many_only_one_gets_a_username(call: Send) -> None:
    grace = {"username": "grace", "password": "correct horse battery"}
    answers = at_once(call, *[("POST", "/api/users", grace)] * AT_ONCE)
    assert sorted(status for status, _ in answers) == [201] + [409] * (AT_ONCE - 1)
    users = [
        call("POST", "/api/users", grace | {"username": f"user{n}"})[1]["id"] for n in range(3)
    ]
    answers = at_once(
        call, *(("PATCH", f"/api/users/{key}", {"username": "hopper"}) for key in users)
    )
    assert sorted(status for status, _ in answers) == [200, 409, 409]
    names = [user["username"] for user in call("GET", "/api/users?orderBy[username]=asc", None)[1]]
    assert (names.count("grace"), names.count("hopper"), len(names)) == (1, 1, 5)


def test_changes_of_different_fields_lose_nothing(call: Send) -> None:
    customer = call("POST", "/api/customers", {})[1]["id"]
    changes = {
        "firstName": "Ada",
        "lastName": "Lovelace",
        "phone": "+44",
        "email": "ada@example.org",
    }
    for number in range(AT_ONCE):
        wanted = {name: f"{number}{value}" for name, value in changes.items()}
        one = f"/api/customers/{customer}"
        answers = at_once(call, *(("PATCH", one, {name: value}) for name, value in wanted.items()))
        assert [status for status, _ in answers] == [200] * len(changes)
        assert wanted.items() <= call("GET", one, None)[1].items()


def test_a_link_to_what_is_being_deleted_is_no_fault(call: Send) -> None:
    for _ in range(AT_ONCE):
        key = call("POST", "/api/addresses", {})[1]["id"]
        customer = call("POST", "/api/customers", {})[1]["id"]
        link = {"address": {"id": key}}
        answers = at_once(
            call,
            ("PATCH", f"/api/customers/{customer}", link),
            ("DELETE", f"/api/addresses/{key}", None),
            ("POST", "/api/customers", link),
            ("PATCH", f"/api/addresses/{key}", {"customers": {"connect": [{"id": customer}]}}),
        )
        # 503 is how PostgreSQL resolves a deadlock: the caller may try again.
        assert {status for status, _ in answers} <= {200, 201, 400, 404, 409, 503}, answers
