"""Decides which login attempts count. Identical attempts at the same time count once.

A password that was right a moment ago does not count. So a client of Basic may send twenty requests
at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from api_http.exceptions import Unavailable
from auth_core.expiring_set import ExpiringSet
from runtime.parking import waiting

# Of this process alone and never stored, so that what is remembered is of no use anywhere else.
_KEY = secrets.token_bytes(32)
# Seconds. For so long after its last use a right password is known to be right.
MEMORY = 300
verified_passwords = ExpiringSet(MEMORY)
# Credentials that a provider refused. Sent again they do not count again.
refused_credentials = ExpiringSet(MEMORY)
# Seconds that a request waits for an identical login. That login may itself wait to hash
# (HASH_QUEUE_SECONDS).
LONGEST_WAIT = 20


@dataclass
class _Turns:
    """The requests that check an identical login now, each in its turn."""

    checking: int = 0
    turn: Lock = field(default_factory=Lock)


_in_flight: dict[bytes, _Turns] = {}
_lock = Lock()


def digest_login(account: str, password: str) -> bytes:
    text = f"{account}\0{password}".encode(errors="surrogatepass")
    return hmac.digest(_KEY, text, hashlib.sha256)


def bind_to_hash(login_key: bytes, encoded: str) -> bytes:
    """Return a digest that binds the login to this stored hash."""
    return hmac.digest(_KEY, login_key + encoded.encode(errors="surrogatepass"), hashlib.sha256)


@contextmanager
def serialize_attempts(login_key: bytes) -> Iterator[bool]:
    """Wait for identical logins, then yield whether this attempt counts.

    It does not count if the password was verified a moment ago, or was being checked.

    Raises Unavailable (503) after LONGEST_WAIT.
    """
    with _lock:
        turns = _in_flight.setdefault(login_key, _Turns())
        new = login_key not in verified_passwords and not turns.checking
        turns.checking += 1
    try:
        # Else those who wait would hold all connections of the process, and the login whose turn it
        # is needs one again after hashing.
        with waiting():
            if not turns.turn.acquire(timeout=LONGEST_WAIT):
                raise Unavailable
        try:
            yield new
        finally:
            turns.turn.release()
    finally:
        with _lock:
            turns.checking -= 1
            if not turns.checking:
                del _in_flight[login_key]
