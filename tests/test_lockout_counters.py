"""The counters, in the database and in Redis: the same verdicts, under any concurrency, over a
restart.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import ModuleType
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from redis import Redis
from rest_framework.test import APIClient

from auth_core.lockout import database, guard, redis
from auth_core.lockout.limits import LockState
from auth_core.models import LoginCounter
from runtime.storage import configure_cache
from tests.environment import require
from tests.processes import find_free_port, run_python, serve
from tests.test_cache import answers

PASSWORD = "a long enough pass phrase"
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
KEYS = ("account:a", "address:b")


@pytest.fixture(params=[database, redis], ids=["database", "redis"])
def counters(request: pytest.FixtureRequest, settings: Any, db: None) -> Iterator[ModuleType]:
    if request.param is redis:
        require(answers(REDIS_URL), "a Redis server (TEST_REDIS_URL)")
        settings.CACHES = {"default": configure_cache(REDIS_URL) | {"KEY_PREFIX": uuid4().hex}}
    yield request.param
    caches["default"].close()


def test_both_count_alike(counters: ModuleType) -> None:
    assert [counters.count_failure(*KEYS) for _ in range(5)] == [
        LockState(0, n, int(n == 4)) for n in range(5)
    ]
    assert 0 < counters.count_failure(*KEYS).wait <= 1
    assert counters.read(*KEYS).failures == 5
    assert 0 < counters.read(*KEYS).wait <= 1


def test_both_double_the_lock_up_to_a_quarter_of_an_hour(counters: ModuleType) -> None:
    locks = []
    for _ in range(17):
        locks.append(counters.count_failure(*KEYS).lock)
        end_locks(counters)
    assert locks == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def end_locks(counters: ModuleType) -> None:
    if counters is database:
        LoginCounter.objects.update(locked_until=None)
        return
    cache: Any = caches["default"]
    for key in KEYS:
        cache._cache.get_client(None, write=True).hdel(
            cache.make_key(f"{{lockout}}:{key}"), "locked_until"
        )


def test_both_take_no_lock_for_a_moment_before(
    counters: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes read their clocks, and then come one after the other, in the other order."""
    earlier = timezone.now() - timedelta(milliseconds=5)
    counters.count_failure(*KEYS)
    monkeypatch.setattr("auth_core.lockout.database.timezone.now", lambda: earlier)
    assert not counters.count_failure(*KEYS).wait


def test_both_count_the_address_for_itself(counters: ModuleType, settings: Any) -> None:
    settings.LOCKOUT_ADDRESS_TRIES = 3
    for name in "abc":
        assert not counters.count_failure(f"account:{name}", "address:b").wait
    assert counters.count_failure("account:d", "address:b").wait
    assert counters.read("account:d", "address:c") == LockState()


def test_both_forgive_the_account_and_one_try_of_the_address(
    counters: ModuleType, settings: Any
) -> None:
    settings.LOCKOUT_ADDRESS_TRIES = 5
    for _ in range(5):
        counters.count_failure(*KEYS)
    counters.clear_failures(*KEYS, counted=True)
    assert counters.read(*KEYS) == LockState()
    assert counters.count_failure("account:other", "address:b").lock == 1


def test_both_leave_the_address_alone_for_a_known_guess(
    counters: ModuleType, settings: Any
) -> None:
    settings.LOCKOUT_ADDRESS_TRIES = 5
    for _ in range(5):
        counters.count_failure(*KEYS)
    counters.clear_failures(*KEYS, counted=False)
    assert counters.read(*KEYS).wait


def test_the_longest_lock_is_kept(counters: ModuleType, settings: Any) -> None:
    settings.LOCKOUT_LONGEST *= 0
    verdicts = [counters.count_failure(*KEYS) for _ in range(60)]
    assert {verdict.wait for verdict in verdicts} == {verdict.lock for verdict in verdicts} == {0}


def test_redis_is_used_where_it_is_the_cache(settings: Any) -> None:
    settings.CACHES = {"default": configure_cache("")}
    assert guard.counters() is database
    settings.CACHES = {"default": configure_cache(REDIS_URL)}
    assert guard.counters() is redis


def test_without_its_redis_nobody_logs_in_unguarded(
    api: APIClient, admin: Any, settings: Any
) -> None:
    settings.CACHES = {"default": configure_cache("redis://127.0.0.1:1/0")}
    response = api.post("/api/login", {"username": "admin", "password": "admin"})
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert (
        Client().post("/admin/login/", {"username": "admin", "password": "admin"}).status_code
        == 503
    )


def test_counters_nobody_needs_are_dropped(
    db: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    for number in range(3):
        database.count_failure(f"account:{number}", "address:b")
    settings.LOCKOUT_MEMORY *= 0
    database.pruned.clear()
    database.count_failure("account:new", "address:b")
    assert set(LoginCounter.objects.values_list("key", flat=True)) == {"account:new", "address:b"}


@pytest.fixture(params=["database", "redis"])
def environment(request: pytest.FixtureRequest, migrated_url: str) -> dict[str, str]:
    variables = {"DATABASE_URL": migrated_url, "REDIS_URL": ""}
    if request.param == "redis":
        require(answers(REDIS_URL), "a Redis server (TEST_REDIS_URL)")
        variables["REDIS_URL"] = REDIS_URL
        with Redis.from_url(REDIS_URL) as client:
            # The failures of earlier runs from this address.
            client.delete(":1:{lockout}:address:127.0.0.1")
    return variables


def log_in(url: str, username: str, password: str) -> int:
    body = json.dumps({"username": username, "password": password}).encode()
    request = Request(f"{url}/api/login", body, {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=60) as response:
            return int(response.status)
    except HTTPError as refusal:
        with refusal:
            return refusal.code


def log_in_at_once(url: str, username: str, passwords: list[str]) -> Counter[int]:
    with ThreadPoolExecutor(len(passwords)) as pool:
        return Counter(pool.map(lambda password: log_in(url, username, password), passwords))


@pytest.mark.exhaustive
def test_fifty_guesses_at_once_get_five_tries_and_a_restart_gives_no_more(
    environment: dict[str, str],
) -> None:
    name = f"user-{uuid4().hex}"
    add = run_python(
        "manage.py", "seed_users", "--username", name, "--password", PASSWORD, **environment
    )
    assert add.returncode == 0, add.stderr
    with serve(find_free_port(), **environment) as url:
        begun = log_in_at_once(url, name, [PASSWORD] * 20)
        assert begun[201] + begun[503] == 20, (
            "a client that begins with many at once is not taken for a guesser"
        )
        assert_guesses_get_five_tries(url, name)
    with serve(find_free_port(), **environment) as url:
        for number in range(6):
            log_in(url, name, f"wrong again {number}")
        assert log_in(url, name, PASSWORD) == 429


def assert_guesses_get_five_tries(url: str, name: str) -> None:
    started = time.monotonic()
    statuses = log_in_at_once(url, name, [f"wrong {number}" for number in range(50)])
    # On a slow machine the first locks, of 1, 2 and 4 seconds, end before the last guess comes.
    waited_for = int(math.log2(time.monotonic() - started + 1))
    assert 5 <= statuses[401] <= 5 + waited_for
    assert statuses[401] + statuses[429] + statuses[503] == 50
