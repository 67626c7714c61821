"""REDIS_URL for several servers: a master that Sentinels watch, and a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from environs import ValidationError
from redis import RedisError
from rest_framework.test import APIClient

from api_http.exceptions import Unavailable
from api_http.limits.buckets import LocalBuckets
from api_http.limits.redis import RedisBuckets
from auth_core.lockout import redis as counters
from auth_core.lockout.guard import counters as find_counters
from runtime.rates import Rate
from runtime.redis_url import parse_servers
from runtime.storage import configure_cache
from tests.redis_servers import Servers, run_cluster, run_sentinels, wait_until

KEYS = ("account:a", "address:b")
pytestmark = pytest.mark.one_database
exhaustive = pytest.mark.exhaustive


@pytest.fixture(scope="module")
def cluster() -> Iterator[Servers]:
    with run_cluster() as servers:
        yield servers


@pytest.fixture(scope="module")
def sentinels() -> Iterator[tuple[Servers, int]]:
    with run_sentinels() as found:
        yield found


@pytest.fixture(params=["sentinels", "cluster"])
def cache(request: pytest.FixtureRequest, settings: Any) -> Iterator[Any]:
    found = request.getfixturevalue(request.param)
    servers = found if request.param == "cluster" else found[0]
    yield from use(settings, servers.url)


def use(settings: Any, url: str) -> Iterator[Any]:
    settings.CACHES = {"default": configure_cache(url) | {"KEY_PREFIX": uuid4().hex}}
    yield caches["default"]
    caches["default"].close()


@pytest.mark.parametrize(
    ("url", "hosts", "service", "plain"),
    [
        (
            "redis+sentinel://one,two:26380/main",
            (("one", 26379), ("two", 26380)),
            "main",
            "redis://host",
        ),
        (
            "rediss+sentinel://ada:a%2Cb@[::1]/my-main.1/3?sentinel_password=c",
            (("::1", 26379),),
            "my-main.1",
            "rediss://ada:a%2Cb@host/3?sentinel_password=c",
        ),
        ("redis+cluster://one,two:7000", (("one", 6379), ("two", 7000)), "", "redis://host"),
        (
            "rediss+cluster://:a,b@one:7000/?ssl_ca_certs=/ca.pem",
            (("one", 7000),),
            "",
            "rediss://:a,b@host?ssl_ca_certs=/ca.pem",
        ),
    ],
)
def test_a_url_names_several_servers(
    url: str, hosts: tuple[tuple[str, int], ...], service: str, plain: str
) -> None:
    found = parse_servers(url)
    assert (found.hosts, found.service, found.plain) == (hosts, service, plain)
    assert configure_cache(url)["LOCATION"] == url


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://one:26379",
        "redis+sentinel://one:26379/",
        "redis+sentinel:///main",
        "redis+sentinel://one:0/main",
        "redis+sentinel://one:26379/main/x",
        "redis+sentinel://one,,two/main",
        "redis+cluster://one:70000",
        "redis+cluster://one/0",
        "redis+cluster://",
        "redis+ring://one",
        "redis://one:6379,two:6380/0",
    ],
)
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match=r"redis\+sentinel://one:26379,two:26379/master/0"):
        configure_cache(url)


@exhaustive
def test_values_are_kept(cache: Any) -> None:
    assert cache.add("a", {"b": 1}, timeout=10)
    assert not cache.add("a", "other", timeout=10)
    cache.set_many({str(number): number for number in range(50)}, timeout=10)
    assert cache.get_many(map(str, range(60))) == {str(number): number for number in range(50)}
    assert cache.incr("7") == 8
    cache.set_many({"45": 1, "b": 2}, timeout=0)
    assert [cache.get(key) for key in ("45", "b")] == [None, None]
    cache.set("45", 45)
    cache.delete_many(["a", *map(str, range(40))])
    assert [cache.get(key) for key in ("a", "7", "45")] == [None, None, 45]


@exhaustive
def test_logins_are_counted(cache: Any) -> None:
    assert find_counters() is counters
    assert [counters.count_failure(*KEYS).failures for _ in range(5)] == [0, 1, 2, 3, 4]
    assert counters.count_failure(*KEYS).wait > 0
    counters.clear_failures(*KEYS, counted=True)
    assert counters.read(*KEYS).failures == 0
    for name in "abc":
        counters.count_failure(f"account:{name}", "address:c")
    assert counters.clear_all() == 5


@exhaustive
def test_limits_are_shared(cache: Any) -> None:
    processes = [RedisBuckets(LocalBuckets()) for _ in range(2)]
    waits = [buckets.take("x", Rate(4, 60), "ada").wait for buckets in processes * 3]
    assert [wait > 0 for wait in waits] == [False] * 4 + [True] * 2


@exhaustive
def test_the_service_is_ready(cache: Any, db: None, api: APIClient) -> None:
    assert api.get("/api/_health/ready").status_code == 204


@exhaustive
def test_a_failover_keeps_what_was_counted(settings: Any) -> None:
    with run_sentinels() as (servers, master):
        for _cache in use(settings, servers.url):
            for _ in range(3):
                counters.count_failure(*KEYS)
            _cache._cache.get_client().wait(1, 5000)
            servers.kill(master)
            with pytest.raises(Unavailable):
                counters.count_failure(*KEYS)
            wait_until(lambda: is_counted(KEYS))
            assert counters.read(*KEYS).failures == 4


def is_counted(keys: tuple[str, str]) -> bool:
    try:
        counters.count_failure(*keys)
    except Unavailable:
        return False
    return True


@exhaustive
def test_without_a_node_the_answer_comes_soon(settings: Any) -> None:
    """A third of the keys has no server. Guessing is not free, and requests are not held up."""
    with run_cluster() as servers:
        for _cache in use(settings, servers.url):
            [owner] = [_cache._cache.get_client().get_node_from_key("{lockout}")]
            counters.count_failure(*KEYS)
            servers.kill(owner.port)
            with pytest.raises(Unavailable):
                counters.count_failure(*KEYS)
            local = LocalBuckets()
            buckets = RedisBuckets(local)
            names = [str(number) for number in range(20)]
            assert not any(buckets.take("x", Rate(4, 60), name).wait for name in names)
            assert len(local)


@exhaustive
@pytest.mark.parametrize(
    "url", ["redis+sentinel://127.0.0.1:1/main", "redis+cluster://127.0.0.1:1"]
)
def test_without_any_server_logins_are_refused(settings: Any, url: str) -> None:
    for _cache in use(settings, url):
        with pytest.raises(Unavailable):
            counters.count_failure(*KEYS)
        with suppress(RedisError):
            _cache.get("a")
            pytest.fail("nothing can answer")
        assert not RedisBuckets(LocalBuckets()).take("x", Rate(4, 60), "ada").wait
