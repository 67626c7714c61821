"""DATABASE_REPLICA_URL: a standby answers reads, and nobody notices but the primary."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from environs import ValidationError

from runtime.storage import configure_database, configure_replica
from tests.postgres_servers import DATABASE, Server, run_primary, wait_until
from tests.processes import find_free_port, run_python, serve
from tests.test_waits import send

pytestmark = pytest.mark.one_database
exhaustive = pytest.mark.exhaustive
PRIMARY = configure_database("postgres://ada@one/service", Path("/base"))
QUERY = {"query": "{ customers(orderBy: {createdAt: Desc}, take: 1) { firstName } }"}
UPDATE = """mutation ($where: UserWhereUniqueInput!, $data: UserUpdateInput!) {
    updateUser(where: $where, data: $data) { roles }
}"""


class Service(NamedTuple):
    """Two processes of the service, which share a primary and its standby."""

    address: str
    token: str
    primary: Server
    standby: Server

    def send(self, path: str, data: Any = None) -> tuple[int, Any]:
        status, _, answer = send(f"{self.address}{path}", data, self.token)
        return status, answer

    def give_roles(self, key: str, *roles: str) -> None:
        """Change the roles of a user, by GraphQL, which needs no other method than POST."""
        variables = {"where": {"id": key}, "data": {"roles": roles}}
        answer = self.send("/graphql", {"query": UPDATE, "variables": variables})[1]
        assert answer["data"]["updateUser"]["roles"] == list(roles)

    def list_newest(self) -> str:
        status, [row] = self.send("/api/customers?orderBy[createdAt]=desc&take=1")
        assert status == 200
        return str(row["firstName"])

    def ask_newest(self) -> str:
        status, answer = self.send("/graphql", QUERY)
        assert status == 200
        return str(answer["data"]["customers"][0]["firstName"])

    def create(self, name: str) -> None:
        assert self.send("/api/customers", {"firstName": name})[0] == 201

    def count_reads(self) -> int:
        """Return how often the standby was asked for customers."""
        return self.standby.log.count('FROM "shop_customer"')

    def reads_replica(self) -> bool:
        before = self.count_reads()
        self.list_newest()
        return self.count_reads() > before


def test_it_is_postgresql_beside_postgresql() -> None:
    found = configure_replica("postgres://ada@two:5433/service?connect_timeout=3", PRIMARY)
    assert (found["HOST"], found["PORT"]) == ("two", 5433)
    assert (found["OPTIONS"]["connect_timeout"], found["TEST"]) == (3, {"MIRROR": "default"})


@pytest.mark.parametrize(
    ("url", "primary"),
    [
        ("sqlite:///copy.sqlite3", PRIMARY),
        ("postgres://ada@two/service", configure_database("sqlite:///a.sqlite3", Path("/base"))),
        ("redis://two", PRIMARY),
    ],
)
def test_another_database_is_refused(url: str, primary: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        configure_replica(url, primary)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with run_primary() as (primary, add_standby):
        for command in ("migrate", "seed_users"):
            done = run_python("manage.py", command, DATABASE_URL=primary.url, DEBUG="true")
            assert done.returncode == 0, done.stderr
        yield primary, add_standby()


@pytest.fixture(scope="module")
def service(servers: tuple[Server, Server]) -> Iterator[Service]:
    primary, standby = servers
    urls = {"DATABASE_URL": primary.url, "DATABASE_REPLICA_URL": standby.url}
    with serve(find_free_port(), 8, **urls, DEBUG="true", REDIS_URL="") as address:
        login = send(f"{address}/api/login", {"username": "admin", "password": "admin"})[2]
        made = Service(address, login["accessToken"], primary, standby)
        # Another process of pytest may run only one of the tests, and it reads a customer.
        made.create("Ada")
        yield made


@exhaustive
def test_entities_are_read_from_it_and_users_are_not(service: Service) -> None:
    wait_until(service.reads_replica)
    for path in ("/api/users", "/api/me", "/api/sessions"):
        assert service.send(path)[0] == 200
    read = service.standby.log
    assert "shop_customer" in read
    assert [table for table in ("accounts_user", "auth_jwt", "auth_group") if table in read] == []


@exhaustive
def test_each_read_sees_what_was_written_before_by_any_process(service: Service) -> None:
    wait_until(service.reads_replica)
    before = service.count_reads()
    for number in range(60):
        service.create(f"No {number}")
        read = service.ask_newest if number % 2 else service.list_newest
        assert read() == f"No {number}"
    assert service.count_reads() > before


@exhaustive
def test_a_replica_that_lags_is_not_read(service: Service) -> None:
    wait_until(service.reads_replica)
    service.standby.ask("SELECT pg_wal_replay_pause()")
    try:
        service.create("Late")
        assert [service.list_newest(), service.ask_newest()] == ["Late"] * 2
        assert not service.reads_replica()
    finally:
        service.standby.ask("SELECT pg_wal_replay_resume()")
    wait_until(service.reads_replica)


@exhaustive
def test_a_logout_and_a_lost_role_hold_at_once_while_it_lags(service: Service) -> None:
    def log_in() -> str:
        return str(send(f"{service.address}/api/login", credentials)[2]["accessToken"])

    credentials = {"username": "ada", "password": "a long enough pass phrase"}
    user = service.send("/api/users", {**credentials, "roles": ["user"]})[1]
    kept, ended = log_in(), log_in()
    wait_until(service.reads_replica)
    service.standby.ask("SELECT pg_wal_replay_pause()")
    try:
        assert send(f"{service.address}/api/logout", {}, ended)[0] == 204
        assert send(f"{service.address}/api/customers", token=ended)[0] == 401
        assert send(f"{service.address}/api/customers", token=kept)[0] == 200
        service.give_roles(user["id"])
        assert send(f"{service.address}/api/me", token=kept)[2]["roles"] == []
    finally:
        service.standby.ask("SELECT pg_wal_replay_resume()")


@exhaustive
@pytest.mark.parametrize(
    ("database", "detail"),
    [(DATABASE, "has all that the primary has"), ("postgres", "it is no standby of this database")],
)
def test_doctor_tells_a_standby_from_another_database(
    servers: tuple[Server, Server], database: str, detail: str
) -> None:
    primary, standby = servers
    urls = {"DATABASE_URL": primary.url, "DATABASE_REPLICA_URL": standby.name_url(database)}
    done = run_python("manage.py", "doctor", "--json", **urls, DEBUG="true")
    [found] = [each for each in json.loads(done.stdout) if each["check"] == "replica"]
    assert (found["ok"], found["detail"]) == (database == DATABASE, detail)


@exhaustive
@pytest.mark.parametrize("fault", ["sessions lost", "frozen", "down"])
def test_without_it_the_primary_answers_within_a_bound(service: Service, fault: str) -> None:
    wait_until(service.reads_replica)
    if fault == "sessions lost":
        service.standby.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    elif fault == "frozen":
        service.standby.send(signal.SIGSTOP)
    else:
        service.standby.kill()
    # A request that is not answered in a minute is an error of send().
    for number in range(10):
        service.create(f"{fault} {number}")
        assert service.list_newest() == f"{fault} {number}"
    if fault == "frozen":
        service.standby.send(signal.SIGCONT)
    elif fault == "down":
        service.standby.start("-c", "log_statement=all")
    wait_until(service.reads_replica)
