"""A try of a password, from before it is hashed to its outcome."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from types import ModuleType

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from auth_core.account_name import name_key
from auth_core.address import find_address, group_address
from auth_core.lockout import database, guesses
from auth_core.lockout.limits import Verdict

# No account has a longer name, and normalising may make a text eighteen times as long.
LONGEST_NAME = 1000


@dataclass(frozen=True)
class Guess:
    """The counters that a try of a password belongs to, and the keyed digest of the name and the
    password.
    """

    account: str
    address: str
    digest: bytes


@dataclass
class Attempt:
    """A try that may be made.

    `is_new` is False for a guess that this process knows or was checking when it came.
    """

    guess: Guess
    is_new: bool
    verdict: Verdict

    def succeed(self) -> None:
        """Clear the account's counter; the guess is known to be right for a while."""
        if self.is_new or self.verdict.failures:
            counters().forgive(self.guess.account, self.guess.address, reserved=self.is_new)
        guesses.proven.add(self.guess.digest)

    def fail(self) -> float:
        """Keep what was counted; return the seconds of the lock that began."""
        guesses.proven.discard(self.guess.digest)
        return self.verdict.lock


def name_guess(request: HttpRequest | Request, username: str, password: str) -> Guess:
    account = name_account(username)
    return Guess(account, name_address(request), guesses.digest_guess(account, password))


def begin(guess: Guess, *, is_new: bool) -> Attempt:
    """Count a try of this password and return it; raises Throttled with the wait."""
    return Attempt(guess, is_new, _ask(guess, counts=is_new))


def let_pass(guess: Guess) -> None:
    """Clear the account's counter for a password that is known to be right.

    Raises Throttled as begin() does.
    """
    if _ask(guess, counts=False).failures:
        counters().forgive(guess.account, guess.address, reserved=False)


def _ask(guess: Guess, *, counts: bool) -> Verdict:
    verdict: Verdict = (counters().reserve if counts else counters().read)(
        guess.account, guess.address
    )
    if verdict.wait:
        raise Throttled(verdict.wait, "Too many failed logins.")
    return verdict


def counters() -> ModuleType:
    """Return where the counters are: in Redis if that is the cache, which all processes share; else
    in the database.
    """
    if not isinstance(caches["default"], RedisCache):
        return database
    from auth_core.lockout import redis  # noqa: PLC0415 (its client takes 20 MB)

    return redis


def name_account(username: str) -> str:
    """Return the name of an account's counter, the same in every spelling, whether or not there is
    such an account.
    """
    key = name_key(username[:LONGEST_NAME])
    return f"account:{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}"


def name_address(request: HttpRequest | Request) -> str:
    address = find_address(request.META)
    return f"address:{group_address(address) if address else 'unknown'}"
