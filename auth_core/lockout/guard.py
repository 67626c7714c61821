"""Login attempts: counted before the password is hashed, cleared if it was right."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from auth_core.account_name import name_key
from auth_core.address import find_address, group_address
from auth_core.lockout import database, repeats
from auth_core.lockout.limits import NOBODY, LockState
from statements.parameters import Parameter

# No account has a longer name, and normalising may make a text eighteen times as long.
LONGEST_NAME = 1000


@dataclass(frozen=True)
class LoginKey:
    """The counters that a try of a password belongs to, and the keyed digest of the name and the
    password.
    """

    account: str
    address: str
    digest: bytes


@dataclass
class Attempt:
    """A try that may be made.

    `is_new` is False for a login that this process remembers or was already checking.
    """

    login_key: LoginKey
    is_new: bool
    state: LockState

    def succeed(self) -> None:
        """Clear the account's counter, and remember the login for a while."""
        if self.is_new or self.state.failures:
            counters().clear_failures(
                self.login_key.account, self.login_key.address, counted=self.is_new
            )
        repeats.verified_passwords.add(self.login_key.digest)

    def fail(self) -> float:
        """Keep what was counted; return the seconds of the lock that began."""
        repeats.verified_passwords.discard(self.login_key.digest)
        return self.state.lock


def make_login_key(request: HttpRequest | Request, username: str, password: str) -> LoginKey:
    account = name_account(username)
    return LoginKey(account, name_address(request), repeats.digest_login(account, password))


def make_step_key(request: HttpRequest | Request, user: Any, inputs: str) -> LoginKey:
    """Return the counters of what the user sends for a second step, apart from those of passwords.

    So neither a right password nor a new password forgets wrong codes.
    """
    account = name_steps(user)
    return LoginKey(account, name_address(request), repeats.digest_login(account, inputs))


def count_attempt(login_key: LoginKey, *, is_new: bool) -> Attempt:
    """Count a try of this password and return it; raises Throttled with the wait."""
    return Attempt(login_key, is_new, _ask(login_key, counts=is_new))


def count_credentials(request: HttpRequest | Request) -> float:
    """Count refused credentials without a name; return the seconds of the lock that began, if one
    did.

    It holds for logins from the address. Good credentials are not touched.
    """
    address = name_address(request)
    return counters().count_failure(name_nobody(address), address).lock


def reset_failures(login_key: LoginKey) -> None:
    """Clear the account's counter for a password that is known to be right.

    Raises Throttled while the account or the address is locked.
    """
    if _ask(login_key, counts=False).failures:
        counters().clear_failures(login_key.account, login_key.address, counted=False)


def _ask(login_key: LoginKey, *, counts: bool) -> LockState:
    store = counters()
    ask = store.count_failure if counts else store.read
    state = ask(login_key.account, login_key.address)
    if state.wait:
        raise Throttled(state.wait, "Too many failed logins.")
    return state


class CounterStore(Hashable, Protocol):
    """The counters of failed logins. The modules `redis` and `database` are such stores."""

    def read(self, account: str, address: str) -> LockState:
        """Return whether a try may be made, without counting it."""

    def count_failure(self, account: str, address: str) -> LockState:
        """Count a try as failed, unless it has to wait."""

    def clear_failures(self, account: str, address: str, *, counted: bool) -> None:
        """Forget the failures of the account, and the try at the address if it was counted."""

    def list_waits(self, keys: Sequence[str]) -> Mapping[str, float]:
        """Return the seconds of the locks of these counters. Those without may be left out."""

    def clear(self, key: str) -> bool:
        """Forget the failures of a counter; return whether there were any."""

    def clear_all(self) -> int:
        """Forget the failures of all counters; return the number of counters."""

    def concern(self, account: Parameter, address: Parameter, now: Parameter) -> Any:
        """Return a condition for queries: the account has failures or a lock."""


def counters() -> CounterStore:
    """Return the store: Redis if it is the cache, which all processes share; else the database."""
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


def name_steps(user: Any) -> str:
    """Return the name of the counter of the user's second steps, which another name keeps."""
    return f"steps:{hashlib.sha256(str(user.pk).encode()).hexdigest()}"


def name_nobody(address: str) -> str:
    """Return the name of the counter that stands for an account at this address."""
    return f"{NOBODY}{address}"


def name_address(request: HttpRequest | Request) -> str:
    address = find_address(request.META)
    return f"address:{group_address(address) if address else 'unknown'}"
