"""Buckets of tokens in this process, and the rule by which all buckets are filled.

A bucket holds `rate.requests` tokens and gets them back evenly over `rate.seconds`. It is stored as
the time at which it is full again (the generic cell rate algorithm), so that it needs no clean-up.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil
from threading import Lock
from time import monotonic

from runtime.rates import Rate

# 2.5 MB. The bucket that was used longest ago is dropped first, which is as if it were full.
MOST = 10_000


@dataclass(frozen=True)
class Taken:
    """A token that was asked for. `wait` is in seconds, and 0 if there was one."""

    policy: str
    rate: Rate
    remaining: int
    reset: int
    wait: float

    @property
    def described(self) -> tuple[str, str]:
        """Return the members of the fields RateLimit-Policy and RateLimit
        (draft-ietf-httpapi-ratelimit-headers-09, sections 3 and 4).
        """
        return (
            f'"{self.policy}";q={self.rate.requests};w={self.rate.seconds}',
            f'"{self.policy}";r={self.remaining};t={self.reset}',
        )


def name_bucket(policy: str, rate: Rate, key: str) -> str:
    """Return the name of a bucket. With another rate it is another bucket."""
    return f"{policy}:{rate.requests}/{rate.seconds}:{key}"


def judge(policy: str, rate: Rate, full_in: float, wait: float) -> Taken:
    """Return what was taken from a bucket that is full again in so many seconds."""
    remaining = 0 if wait > 0 else int((rate.seconds - full_in) / rate.interval + 1e-6)
    return Taken(policy, rate, remaining, ceil(full_in), wait)


class LocalBuckets:
    """The buckets of this process, safe to use from several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, policy: str, rate: Rate, key: str) -> Taken:
        """Take a token, if there is one."""
        name = name_bucket(policy, rate, key)
        with self._lock:
            now = monotonic()
            full_in = max(0.0, self._full_at.get(name, now) - now)
            wait = full_in + rate.interval - rate.seconds
            # A rest of a nanosecond is an error of the arithmetic.
            if wait > 1e-9:
                return judge(policy, rate, full_in, wait)
            full_in += rate.interval
            self._full_at[name] = now + full_in
            self._full_at.move_to_end(name)
            if len(self._full_at) > self._most:
                self._full_at.popitem(last=False)
        return judge(policy, rate, full_in, 0)

    def clear(self) -> None:
        with self._lock:
            self._full_at.clear()
