"""Requests that all differ do not fill the memory of a server process, whoever sends them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection

import pytest

from tests.databases import make_database
from tests.environment import require
from tests.process_memory import PROC, find_servers, read_resident
from tests.processes import find_free_port, run_python, serve

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

# Megabytes that a worker may grow by.
MOST_GROWTH = 30
PASSWORD = "analytical engine"


@dataclass(frozen=True)
class Sent:
    """One request; the answer to a body of GraphQL is 200 also where it is an error."""

    method: str
    path: str
    query: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Flood:
    """So many requests, no two of them alike; `statuses` are the answers that they may get."""

    number: int
    make: Callable[[int], Sent]
    statuses: set[int]
    known: bool = False


def select_often(number: int, fields: int) -> Sent:
    return Sent(
        "POST", "/graphql", f"query q{number} {{ customers(take: 1) {{ {'id ' * fields} }} }}"
    )


def list_long(number: int, length: int) -> Sent:
    value = f"{number}".ljust(length, "x")
    conditions = "&".join(
        f"where[{name}][not]={value}" for name in ("email", "phone", "firstName", "lastName")
    )
    return Sent("GET", f"/api/customers?{conditions}&take=0")


def accept(number: int, length: int) -> Sent:
    ranges = ",".join(f"a/{each}" for each in range(length // 4))[: length - 20]
    return Sent("POST", "/graphql", "{ __typename }", {"Accept": f"x/{number},*/*,{ranges}"})


def originate(number: int, length: int) -> Sent:
    return Sent("GET", "/api/me", headers={"Origin": f"http://{number}{'x' * length}"})


def vary_selection(number: int) -> Sent:
    names = ("email", "phone", "firstName", "lastName", "createdAt", "updatedAt")
    fields = " ".join(name for bit, name in enumerate(names) if number >> bit & 1)
    where = f'where: {{email: {{not: "{number}{"x" * 300}"}}}}'
    return Sent(
        "POST", "/graphql", f"{{ customers({where}, take: 2) {{ id {fields} orders {{ id }} }} }}"
    )


FLOODS = {
    "long Accept": Flood(64, lambda n: accept(n, 300_000), {431}),
    "Accept as long as it may be": Flood(600, lambda n: accept(n, 14_000), {200}),
    "long origins": Flood(
        600,
        lambda n: Sent("GET", "/api/me", headers={"Origin": f"http://{n}{'x' * 16_000}"}),
        {401},
    ),
    "long queries of a stranger": Flood(256, lambda n: select_often(n, 960), {200}),
    "long queries of a user": Flood(256, lambda n: select_often(n, 960), {200}, known=True),
    "short queries of a user": Flood(600, vary_selection, {200}, known=True),
    "long paths": Flood(512, lambda n: Sent("GET", f"/api/customers/{n}{'x' * 60_000}"), {414}),
    "paths as long as they may be": Flood(
        1_200, lambda n: Sent("GET", f"/api/customers/{n}{'x' * 4_000}"), {401}
    ),
    "long lists": Flood(300, lambda n: list_long(n, 9_900), {200}, known=True),
    "short lists": Flood(1_200, lambda n: list_long(n, 90), {200}, known=True),
}


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    require((PROC / "self" / "statm").exists(), "/proc of Linux")
    prepare = (
        "import django; django.setup(); from django.core.management import call_command as call; "
        "call('migrate')"
    )
    prepare += f"; call('seed_users', password='{PASSWORD}'); call('seed_sample')"
    with make_database(tmp_path_factory.mktemp("floods")) as url:
        variables = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        ran = run_python("-c", prepare, **variables)
        assert ran.returncode == 0, ran.stderr
        yield variables


class Client:
    """One connection that is kept."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection
        self.headers = {"Content-Type": "application/json"}

    def send(self, sent: Sent) -> tuple[int, bytes]:
        body = json.dumps({"query": sent.query}) if sent.query else None
        self._connection.request(sent.method, sent.path, body, self.headers | sent.headers)
        response = self._connection.getresponse()
        answer = response.status, response.read()
        if response.status >= 400:  # granian ends the connection where nobody has read the body
            self._connection.close()
        return answer

    def log_in(self) -> None:
        credentials = f'{{username: "admin", password: "{PASSWORD}"}}'
        query = f"mutation {{ login(credentials: {credentials}) {{ accessToken }} }}"
        answer = json.loads(self.send(Sent("POST", "/graphql", query))[1])
        self.headers["Authorization"] = f"Bearer {answer['data']['login']['accessToken']}"


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_does_not_fill_the_memory(variables: dict[str, str], name: str) -> None:
    flood, port = FLOODS[name], find_free_port()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    with serve(port, 1, ("--workers", "1"), **variables), closing(connection):
        client = Client(connection)
        if flood.known:
            client.log_in()
        worker = find_servers(port)[-1]
        for number in range(4):  # what the first requests load is no growth
            client.send(flood.make(-number))
        before = read_resident(worker)
        statuses = {client.send(flood.make(number))[0] for number in range(1, flood.number)}
        grown = read_resident(worker) - before
    assert statuses == flood.statuses
    assert grown < MOST_GROWTH
