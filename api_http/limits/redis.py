"""Buckets of tokens in Redis, which all processes share, through the connections of Django's cache.

While Redis is away the requests are counted in this process. So the service answers, and it waits
for Redis once in a while only.
"""

from __future__ import annotations

import logging
from threading import Lock
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from django.core.cache import caches
from redis.exceptions import RedisError

from api_http.limits.buckets import LocalBuckets, Taken, judge, name_bucket
from runtime.rates import Rate

logger = logging.getLogger("api_http.limits")
# Seconds after a failure without another try. A try may take two seconds (runtime/storage.py).
PAUSE = 5.0
# KEYS: the bucket. ARGV: its seconds and the seconds for a token, in microseconds. Returns the
# microseconds until the bucket is full, and those until there is a token.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full = math.max(tonumber(redis.call('GET', KEYS[1])) or 0, now)
local wait = full + ARGV[2] - ARGV[1] - now
if wait > 0 then
  return {full - now, wait}
end
full = full + ARGV[2]
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
return {full - now, 0}
"""
_clients: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


class RedisBuckets:
    """The buckets in Redis, and buckets of this process for the time without Redis."""

    def __init__(self, local: LocalBuckets) -> None:
        self._local = local
        self._failed_at: float | None = None
        self._trying = Lock()

    def take(self, policy: str, rate: Rate, key: str) -> Taken:
        """Take a token, if there is one. Costs one round trip."""
        if self._failed_at is None:
            return self._try(policy, rate, key)
        is_due = monotonic() - self._failed_at > PAUSE
        # One thread finds out, and the others do not wait for it.
        if not (is_due and self._trying.acquire(blocking=False)):
            return self._local.take(policy, rate, key)
        try:
            return self._try(policy, rate, key)
        finally:
            self._trying.release()

    def _try(self, policy: str, rate: Rate, key: str) -> Taken:
        window, interval = (round(time * 1e6) for time in (rate.seconds, rate.interval))
        name = caches["default"].make_key(f"limit:{name_bucket(policy, rate, key)}")
        try:
            full_in, wait = _find_client().eval(_TAKE, 1, name, window, interval)
        except (RedisError, OSError) as error:
            self._note_failure(error)
            return self._local.take(policy, rate, key)
        if self._failed_at is not None:
            self._failed_at = None
            logger.warning("Redis answers again: limits count there")
        return judge(policy, rate, full_in / 1e6, wait / 1e6)

    def _note_failure(self, error: Exception) -> None:
        if self._failed_at is None:
            logger.warning(
                "Redis does not answer (%s): limits count in this process until it does",
                type(error).__name__,
            )
        self._failed_at = monotonic()


def _find_client() -> Any:
    # As in auth_core.lockout: Django makes a new client each time, which takes as long as a script.
    cache = caches["default"]._cache  # type: ignore[attr-defined]  # noqa: SLF001
    if cache not in _clients:
        _clients[cache] = cache.get_client(None, write=True)
    return _clients[cache]
