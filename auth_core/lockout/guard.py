"""A try of a password, from before it is hashed to its outcome."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from auth_core.address import find_address, group_address
from auth_core.lockout import database, guesses, redis
from auth_core.lockout.limits import Verdict

# No account has a longer name, and normalising may make a text eighteen times as long.
LONGEST_NAME = 1000


@dataclass
class Attempt:
    """A try that may be made. `is_new` is False for a guess that this process knows or is checking at the moment."""

    account: str
    address: str
    guess: bytes
    is_new: bool
    verdict: Verdict

    def succeed(self) -> None:
        """Clear the account's counter; the guess is known to be right for a while."""
        if self.is_new or self.verdict.failures:
            counters().forgive(self.account, self.address, reserved=self.is_new)
        guesses.proven.add(self.guess)

    def fail(self) -> float:
        """Keep what was counted; return the seconds of the lock that began."""
        guesses.proven.discard(self.guess)
        return self.verdict.lock


@contextmanager
def begin(request: HttpRequest | Request, username: str, password: str) -> Iterator[Attempt]:
    """Count a try of this password, then yield it; raises Throttled, with the wait, where none may be made now."""
    account, address = name_account(username), name_address(request)
    guess = guesses.digest_guess(account, password)
    with guesses.enter(guess) as is_new:
        verdict = (counters().reserve if is_new else counters().read)(account, address)
        if verdict.wait:
            raise Throttled(verdict.wait, "Too many failed logins.")
        yield Attempt(account, address, guess, is_new, verdict)


def counters() -> ModuleType:
    """Return where the counters are: in Redis if that is the cache, which all processes share; else in the database."""
    return redis if isinstance(caches["default"], RedisCache) else database


def name_account(username: str) -> str:
    """Return the name of an account's counter, the same in every spelling, whether or not there is such an account."""
    folded = unicodedata.normalize("NFKC", username[:LONGEST_NAME]).casefold()
    return f"account:{hashlib.sha256(folded.encode(errors='surrogatepass')).hexdigest()}"


def name_address(request: HttpRequest | Request) -> str:
    address = find_address(request.META)
    return f"address:{group_address(address) if address else 'unknown'}"
