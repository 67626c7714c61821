"""The counters in Redis, through the connections of Django's cache; each step is one script, so it
is atomic.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.core.cache import caches
from django.db.models import BooleanField, Value
from redis.exceptions import RedisError

from api_http.exceptions import Unavailable
from auth_core.lockout.limits import LockState, limits_of
from statements.parameters import Parameter

# KEYS: the counters, the account's last. ARGV: whether to count (1), the longest lock and how long
# failures are remembered (milliseconds), then the free tries of each counter. Returns the wait, the
# account's failures before, and the lock.
_TRY = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait, lock = 0, 0
for _, key in ipairs(KEYS) do
  wait = math.max(wait, (tonumber(redis.call('HGET', key, 'locked_until')) or 0) - now)
end
local before = tonumber(redis.call('HGET', KEYS[#KEYS], 'failures')) or 0
if wait == 0 and ARGV[1] == '1' then
  for index, key in ipairs(KEYS) do
    local failures = redis.call('HINCRBY', key, 'failures', 1)
    local over = failures - tonumber(ARGV[3 + index])
    local delay = over < 0 and 0 or math.min(tonumber(ARGV[2]), 1000 * 2 ^ math.min(over, 25))
    redis.call('HSET', key, 'locked_until', string.format('%.0f', now + delay))
    redis.call('PEXPIRE', key, ARGV[3])
    lock = math.max(lock, delay)
  end
end
return {wait, before, lock}
"""
# KEYS: the address's counter, the account's. ARGV: whether the try was counted (1), the address's
# free tries.
_CLEAR = """
redis.call('DEL', KEYS[2])
if ARGV[1] == '1' and (tonumber(redis.call('HGET', KEYS[1], 'failures')) or 0) > 0 then
  if redis.call('HINCRBY', KEYS[1], 'failures', -1) < tonumber(ARGV[2]) then
    redis.call('HDEL', KEYS[1], 'locked_until')
  end
end
"""

# KEYS: counters. Returns the milliseconds of the lock of each.
_WAITS = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local waits = {}
for index, key in ipairs(KEYS) do
  waits[index] = math.max(0, (tonumber(redis.call('HGET', key, 'locked_until')) or 0) - now)
end
return waits
"""

_clients: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def concern(*_: Parameter) -> Value:
    """Return True, for a query: only read() knows."""
    return Value(value=True, output_field=BooleanField())


def read(account: str, address: str) -> LockState:
    """Return whether a try may be made, without counting it."""
    return _try(account, address, counts=False)


def count_failure(account: str, address: str) -> LockState:
    """Count a try, unless it has to wait."""
    return _try(account, address, counts=True)


def clear_failures(account: str, address: str, *, counted: bool) -> None:
    """Clear the account's counter, and take the right try back from the address's counter."""
    limits = limits_of(account, address)
    _run(_CLEAR, list(limits), [int(counted), limits[address].free])


def list_waits(keys: Sequence[str]) -> dict[str, float]:
    """Return the seconds of the locks of these counters; 0 for no lock."""
    waits = _run(_WAITS, list(keys), []) if keys else []
    return {key: wait / 1000 for key, wait in zip(keys, waits, strict=True)}


def clear(key: str) -> bool:
    """Forget the failures of a counter; return whether there were any."""
    return bool(_run("return redis.call('DEL', KEYS[1])", [key], []))


def clear_all() -> int:
    """Forget all failures; return the number of counters."""
    try:
        client = _find_client()
        # KEYS would block the server for all clients. SCAN goes in steps.
        return sum(client.delete(key) for key in client.scan_iter(match=_name("*"), count=1000))
    except RedisError as error:
        raise Unavailable from error


def _name(key: str) -> str:
    # One hash tag, so that a cluster keeps the keys of a script together.
    return caches["default"].make_key(f"{{lockout}}:{key}")


def _try(account: str, address: str, *, counts: bool) -> LockState:
    limits = limits_of(account, address)
    longest, memory = (
        int(time.total_seconds() * 1000)
        for time in (settings.LOCKOUT_LONGEST, settings.LOCKOUT_MEMORY)
    )
    arguments = [int(counts), longest, memory, *(limit.free for limit in limits.values())]
    wait, failures, lock = _run(_TRY, list(limits), arguments)
    return LockState(wait / 1000, failures, lock / 1000)


def _run(script: str, keys: list[str], arguments: list[int]) -> Any:
    names = [_name(key) for key in keys]
    try:
        return _find_client().eval(script, len(names), *names, *arguments)
    except RedisError as error:
        # Guessing must not become free because Redis is down.
        raise Unavailable from error


def _find_client() -> Any:
    # Django has no public way to its client, and makes a new one each time, which takes as long as
    # a script.
    cache = caches["default"]._cache  # type: ignore[attr-defined]  # noqa: SLF001
    if cache not in _clients:
        _clients[cache] = cache.get_client(None, write=True)
    return _clients[cache]
