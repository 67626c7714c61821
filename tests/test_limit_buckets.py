"""Buckets of tokens: in this process, in Redis, and while Redis is away."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from environs import ValidationError

from api_http.limits import buckets, redis
from api_http.limits.buckets import LocalBuckets
from api_http.limits.redis import RedisBuckets
from runtime.rates import Rate, read_rate
from tests.environment import require

RATE = Rate(3, 60)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1200/min", Rate(1200, 60)),
        (" 10 / s ", Rate(10, 1)),
        ("5/second", Rate(5, 1)),
        ("60/Minute", Rate(60, 60)),
        ("7/hour", Rate(7, 3600)),
        ("9/d", Rate(9, 86_400)),
        ("", None),
        ("  ", None),
    ],
)
def test_a_rate_is_read(text: str, rate: Rate | None) -> None:
    assert read_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["0/min", "-1/min", "many", "5", "5/", "5/month", "٣/min", "1.5/s"]
)
def test_another_text_is_no_rate(text: str) -> None:
    with pytest.raises(ValidationError, match="such as 10/s, 60/min"):
        read_rate(text)


def test_tokens_come_back_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(buckets, "monotonic", lambda: now[0])
    local = LocalBuckets()
    waits = [local.take("x", RATE, "ada").wait for _ in range(4)]
    assert waits == [0, 0, 0, pytest.approx(20)]
    now[0] += 19.9
    assert local.take("x", RATE, "ada").wait == pytest.approx(0.1)
    now[0] += 0.2
    assert [local.take("x", RATE, "ada").wait > 0 for _ in range(2)] == [False, True]
    now[0] += 3600
    taken = [local.take("x", RATE, "ada") for _ in range(4)]
    assert [each.remaining for each in taken] == [2, 1, 0, 0]
    assert [each.reset for each in taken] == [20, 40, 60, 60]


def test_callers_policies_and_rates_have_buckets_of_their_own() -> None:
    local = LocalBuckets()
    for _ in range(4):
        local.take("x", RATE, "ada")
    others = (("x", RATE, "bob"), ("y", RATE, "ada"), ("x", Rate(4, 60), "ada"))
    assert [local.take(*other).wait for other in others] == [0, 0, 0]


def test_their_number_is_bounded() -> None:
    local = LocalBuckets(most=10)
    for number in range(100):
        local.take("x", RATE, str(number))
    assert len(local) == 10
    assert local.take("x", RATE, "99").remaining == 1


@pytest.fixture
def cache(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Put this Redis in the place of the cache."""
    before = caches["default"]
    made: Any = RedisCache(request.param, {"OPTIONS": {"socket_timeout": 0.3}})
    made.key_prefix = uuid4().hex
    caches["default"] = made
    yield made
    caches["default"] = before


@pytest.mark.parametrize("cache", [os.environ.get("TEST_REDIS_URL")], indirect=True)
def test_redis_counts_as_the_process_does(cache: Any) -> None:
    require(os.environ.get("TEST_REDIS_URL"), "Redis")
    shared, same = RedisBuckets(LocalBuckets()), RedisBuckets(LocalBuckets())
    taken = [each.take("x", RATE, "ada") for each in (shared, same, shared, same)]
    assert [each.wait > 0 for each in taken] == [False, False, False, True]
    assert taken[3].wait == pytest.approx(20, abs=1)
    assert [each.remaining for each in taken] == [2, 1, 0, 0]
    (key,) = cache._cache.get_client(None).scan_iter(match=f"{cache.key_prefix}*")
    assert 55_000 < cache._cache.get_client(None).pttl(key) <= 60_000


@pytest.fixture
def silent_url() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_a_silent_redis_holds_up_one_request_in_a_while(
    silent_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = caches["default"]
    caches["default"] = RedisCache(silent_url, {"OPTIONS": {"socket_timeout": 0.3}})
    try:
        shared = RedisBuckets(LocalBuckets())
        took, waits = [], []
        for _ in range(4):
            start = monotonic()
            waits.append(shared.take("x", RATE, "ada").wait)
            took.append(monotonic() - start)
        assert took[0] < 2
        assert max(took[1:]) < 0.1
        assert [wait > 0 for wait in waits] == [False, False, False, True]
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        monkeypatch.setattr(redis, "PAUSE", 0)
        shared.take("x", RATE, "ada")
        assert len(caplog.records) == 1
    finally:
        caches["default"] = before


def test_it_counts_in_redis_again(
    silent_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = os.environ.get("TEST_REDIS_URL", "")
    require(url, "Redis")
    before = caches["default"]
    shared = RedisBuckets(LocalBuckets())
    try:
        for each, prefix in ((silent_url, ""), (url, uuid4().hex)):
            made: Any = RedisCache(each, {"OPTIONS": {"socket_timeout": 0.3}})
            made.key_prefix = prefix
            caches["default"] = made
            shared.take("x", RATE, "ada")
            monkeypatch.setattr(redis, "PAUSE", 0)
        assert shared.take("x", RATE, "ada").remaining == 1
        assert [record.message.partition(" (")[0] for record in caplog.records] == [
            "Redis does not answer",
            "Redis answers again: limits count there",
        ]
    finally:
        caches["default"] = before
