"""Redis as the cache, as REDIS_URL makes it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.http import HttpResponse
from pytest_django import Settings
from redis import Redis, RedisError
from rest_framework.test import APIClient

from runtime.storage import configure_cache
from tests.environment import require


def answers(url: str) -> bool:
    with suppress(RedisError), Redis.from_url(url) as redis:
        return bool(redis.ping())
    return False


@pytest.fixture
def cache(settings: Settings) -> Iterator[Any]:
    url = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
    require(answers(url), "a Redis server (TEST_REDIS_URL)")
    settings.CACHES = {"default": configure_cache(url)}
    yield caches["default"]
    caches["default"].close()


def test_redis_keeps_values(cache: Any) -> None:
    key = f"test-{uuid4()}"
    assert cache.add(key, {"a": 1}, timeout=10)
    assert not cache.add(key, "other", timeout=10)
    assert cache.get(key) == {"a": 1}
    assert cache.delete(key)


def test_it_is_ready_with_redis(db: None, cache: Any, api: APIClient) -> None:
    response: HttpResponse = api.get("/api/_health/ready")
    assert response.status_code == 204
