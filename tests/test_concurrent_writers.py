"""SQLite under writers that all come at once, through a real server process."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.processes import find_free_port, run_python, serve

pytestmark = pytest.mark.exhaustive

WRITERS = 20
ROUNDS = 10


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    # An open service: what is measured is the database, not twenty password checks.
    variables = {"AUTH_PLUGINS": "", "DATABASE_URL": f"sqlite:///{tmp_path}/writers.sqlite3"}
    assert run_python("manage.py", "migrate", **variables).returncode == 0
    return variables


def write_customers(address: str, writer: int) -> list[str]:
    """Create customers, change each in a transaction that reads first, and return the names they
    end with.
    """
    return [
        write_customer(f"{address}/api/customers", f"{writer}-{number}") for number in range(ROUNDS)
    ]


def write_customer(address: str, name: str) -> str:
    created = send("POST", address, {"firstName": "new"})
    return str(send("PATCH", f"{address}/{created['id']}", {"firstName": name})["firstName"])


def send(method: str, address: str, body: dict[str, str]) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    with urlopen(
        Request(address, json.dumps(body).encode(), headers, method=method), timeout=60
    ) as response:
        return dict(json.load(response))


def test_twenty_writers_at_once_lose_nothing(environment: dict[str, str]) -> None:
    expected = {f"{writer}-{number}" for writer in range(WRITERS) for number in range(ROUNDS)}
    with serve(find_free_port(), **environment) as address, ThreadPoolExecutor(WRITERS) as pool:
        answered = pool.map(lambda writer: write_customers(address, writer), range(WRITERS))
        assert {name for names in answered for name in names} == expected
        with urlopen(f"{address}/api/customers", timeout=60) as response:
            assert {customer["firstName"] for customer in json.load(response)} == expected
