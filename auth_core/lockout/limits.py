"""How many tries are free, and how long a lock lasts after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

# Begins the name of a counter of credentials without an account.
NOBODY = "nobody:"


@dataclass(frozen=True)
class Allowance:
    """`free` tries follow each other at once; the longest lock is `longest` seconds."""

    free: int
    longest: float

    def lock_after(self, failures: int) -> timedelta:
        """Return the lock that begins with this failure: 1, 2, 4, … seconds after the last free
        try.
        """
        if failures < self.free:
            return timedelta()
        # No exponent that overflows: a year has 2 ** 25 seconds.
        return timedelta(seconds=min(self.longest, 2.0 ** min(failures - self.free, 25)))


@dataclass(frozen=True)
class LockState:
    """The state of the counters for a try.

    `wait`: seconds (0: the try may be made). `failures`: of the account before it. `lock`: the
    seconds that begin if it fails.
    """

    wait: float = 0
    failures: int = 0
    lock: float = 0


def limits_of(account: str, address: str) -> Mapping[str, Allowance]:
    """Return the limit of each counter, in the order in which counters are locked."""
    longest = settings.LOCKOUT_LONGEST.total_seconds()
    tries = settings.LOCKOUT_ACCOUNT_TRIES
    if account.startswith(NOBODY):
        tries = settings.LOCKOUT_ADDRESS_TRIES
    free = {address: settings.LOCKOUT_ADDRESS_TRIES, account: tries}
    return {key: Allowance(tries, longest) for key, tries in free.items()}
