"""Two machines, whose clocks differ by five seconds, are one service: in quiet and in trouble.

docs/scaling.md has the figures. With `CUT_SECONDS=20` and pytest's `--log-cli-level=INFO` they are
shown anew.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from http.client import HTTPException
from threading import Event
from typing import Any

import jwt
import pytest

from tests.machines import (
    PASSWORD,
    REFRESHES,
    Machine,
    Site,
    copy_keys,
    rotate_keys,
    run_site,
)
from tests.postgres_servers import wait_until
from tests.test_rolling_restarts import Client

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]
logger = logging.getLogger(__name__)
RACE = 64
HOURS = timedelta(hours=2)
CUT_SECONDS = float(os.environ.get("CUT_SECONDS", "7"))
CLIENTS = 4
numbers = itertools.count()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with run_site() as found:
        yield found


@pytest.fixture
def name(site: Site) -> str:
    """Return the name of a new user."""
    name = f"user-{next(numbers)}"
    data = {"username": name, "password": PASSWORD, "roles": ["user"]}
    assert site.one.ask("/api/users", data, site.admin).status == 201
    return name


def test_a_logout_holds_on_all_machines_at_once(site: Site, name: str) -> None:
    pair = site.one.log_in(name)
    token = pair["accessToken"]
    assert [machine.ask("/api/me", token=token).status for machine in site.machines] == [200] * 2
    assert site.two.ask("/api/logout", {}, token).status == 204
    assert [machine.ask("/api/me", token=token).status for machine in site.machines] == [401] * 2
    refreshed = site.one.ask("/api/token/refresh", {"refreshToken": pair["refreshToken"]})
    assert refreshed.status == 401


def test_a_role_holds_on_all_machines_at_once(site: Site, name: str) -> None:
    token = site.two.log_in(name)["accessToken"]
    path = f"/api/users/{site.one.ask('/api/me', token=token).body['id']}"
    for roles, status in ((["admin"], 200), (["user"], 403)) * 3:
        changed = site.one.ask(path, {"roles": roles}, site.admin, method="PATCH")
        assert changed.status == 200
        assert [each.ask("/api/users", token=token).status for each in site.machines] == [
            status
        ] * 2


def test_wrong_passwords_are_counted_over_all_machines(site: Site, name: str) -> None:
    wrong = {"username": name, "password": "a wrong pass phrase"}
    tries = [machine.ask("/api/login", wrong).status for machine in site.machines * 3]
    assert tries == [401] * 5 + [429]
    right = {"username": name, "password": PASSWORD}
    assert site.one.ask("/api/login", right).status == 429


def test_limits_are_counted_over_all_machines(site: Site, name: str) -> None:
    token = site.one.log_in(name)["refreshToken"]
    seen = Counter[int]()
    for machine in itertools.islice(itertools.cycle(site.machines), REFRESHES + 10):
        answer = machine.ask("/api/token/refresh", {"refreshToken": token})
        seen[answer.status] += 1
        token = answer.body.get("refreshToken", token)
    assert seen == {200: REFRESHES, 429: 10}


def test_of_many_refreshes_at_once_all_get_one_successor(site: Site, name: str) -> None:
    pair = site.one.log_in(name)
    used = {"refreshToken": pair["refreshToken"]}
    with ThreadPoolExecutor(RACE) as pool:
        asked = [
            pool.submit(machine.ask, "/api/token/refresh", used)
            for machine in itertools.islice(itertools.cycle(site.machines), RACE)
        ]
        answers = [each.result() for each in asked]
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["refreshToken"] for answer in answers}) == 1
    assert site.two.ask("/api/me", token=answers[0].body["accessToken"]).status == 200


def test_a_new_key_holds_on_machines_that_have_not_got_it_yet(site: Site, name: str) -> None:
    old = site.two.log_in(name)["accessToken"]
    assert [step.split("-")[0] for step in rotate_keys(site.one.keys, HOURS)] == [
        "promoted active",
        "retired retired",
        "created standby",
    ]
    new = site.one.log_in(name)["accessToken"]
    assert read_key_id(new) != read_key_id(old)
    statuses = [
        machine.ask("/api/me", token=token).status
        for machine in site.machines
        for token in (old, new)
    ]
    assert statuses == [200] * 4
    copy_keys(site.one.keys, site.two.keys)
    assert read_key_id(site.two.log_in(name)["accessToken"]) == read_key_id(new)


def read_key_id(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


class Writer(Client):
    """Creates rows through the balancer, and notes which creations were answered."""

    def __init__(self, site: Site, until: Event, prefix: str) -> None:
        super().__init__(site.balancer, until)
        self.token, self.prefix = site.admin, prefix
        self.created: list[str] = []
        # Seconds: when an answer came, and how long it took.
        self.times: list[tuple[float, float]] = []

    def run(self) -> Counter[Any]:
        while not self.until.is_set():
            with closing(self.connect()) as connection:
                for _ in range(20):
                    outcome = self.ask(connection)
                    self.outcomes[outcome] += 1
                    time.sleep(0.02)
                    if isinstance(outcome, str):
                        break
        return self.outcomes

    def ask(self, connection: Any) -> int | str:
        name = f"{self.prefix}-{self.outcomes.total()}"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        started = time.monotonic()
        try:
            connection.request("POST", "/api/customers", json.dumps({"firstName": name}), headers)
            response = connection.getresponse()
            response.read()
        except (OSError, HTTPException) as error:
            return type(error).__name__
        self.times.append((time.monotonic(), time.monotonic() - started))
        if response.status == 201:
            self.created.append(name)
        return int(response.status)


def write_during(site: Site, title: str, trouble: Callable[[], None]) -> tuple[Counter[Any], float]:
    """Let clients write before, in and after the trouble, until writes succeed again.

    Return what was answered, and the seconds from the end of the trouble to the next success.
    Check that each write that was answered is there, once.
    """
    until = Event()
    writers = [Writer(site, until, f"{title}-{number}") for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(writer.run) for writer in writers]
        try:
            time.sleep(1)
            trouble()
            ended = time.monotonic()
            before = len(list_created(writers))
            wait_until(lambda: len(list_created(writers)) > before + 5)
            took = time.monotonic() - ended
            time.sleep(1)
        finally:
            until.set()
        outcomes = sum((each.result() for each in running), Counter[Any]())
    created = list_created(writers)
    stored = count_stored(site, title)
    assert [name for name in created if stored[name] != 1] == []
    slowest = max(seconds for writer in writers for _, seconds in writer.times)
    text = "%s: %s, back after %.1f s, slowest %.1f s"
    logger.info(text, title, dict(outcomes), took, slowest)
    return outcomes, took


def list_created(writers: list[Writer]) -> list[str]:
    return [name for writer in writers for name in list(writer.created)]


def count_stored(site: Site, title: str) -> Counter[str]:
    server = site.primary if site.primary.is_running else site.standby
    stored = server.ask("SELECT json_agg(first_name) FROM shop_customer")
    return Counter(name for name in stored or [] if name and name.startswith(title))


def test_a_killed_machine_loses_nothing_that_was_answered(site: Site) -> None:
    def kill() -> None:
        site.two.kill()

    try:
        outcomes, _ = write_during(site, "killed", kill)
    finally:
        restart(site, site.two)
    assert outcomes[201] > 20
    assert outcomes.total() - outcomes[201] <= CLIENTS * 2


def restart(site: Site, machine: Machine) -> None:
    machine.start()
    machine.wait()
    site.wait_for_balancer()


def test_without_redis_people_stay_logged_in_and_guessing_is_not_free(
    site: Site, name: str
) -> None:
    token = site.one.log_in(name)["accessToken"]
    [port] = site.redis.processes

    def lose() -> None:
        site.redis.kill(port)
        assert [each.ask("/api/me", token=token).status for each in site.machines] == [200] * 2
        # HAProxy finds out that no machine is ready, and asks them all the same.
        time.sleep(1)
        login = {"username": name, "password": PASSWORD}
        assert [each.ask("/api/login", login).status for each in site.machines] == [503] * 2

    outcomes, _ = write_during(site, "redis", lose)
    assert set(outcomes) == {201}
    site.redis.start_again(port)
    wait_until(lambda: site.one.ask("/api/_health/ready").status == 204)
    site.one.log_in(name)
    site.wait_for_balancer()


def test_a_cut_network_is_refused_soon_and_loses_nothing(site: Site) -> None:
    def cut() -> None:
        site.network.cut()
        time.sleep(CUT_SECONDS)
        site.network.heal()

    outcomes, _ = write_during(site, "cut", cut)
    assert outcomes[201] > 20
    site.wait_for_balancer()


def test_a_promoted_standby_has_all_that_was_answered(site: Site, name: str) -> None:
    token = site.one.log_in(name)["accessToken"]

    def fail_over() -> None:
        site.primary.kill()
        site.standby.ask("SELECT pg_promote()")

    outcomes, _ = write_during(site, "promoted", fail_over)
    assert outcomes[201] > 20
    for machine in site.machines:
        assert machine.ask("/api/me", token=token).status == 200
        assert machine.ask("/api/_health/ready").status == 204
