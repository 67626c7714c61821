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

from auth_core.recent import Recent
from auth_core.unavailable import Unavailable

# Of this process alone and never stored, so that what is remembered is of no use anywhere else.
_KEY = secrets.token_bytes(32)
# Seconds. For so long after its last use a right password is known to be right.
MEMORY = 300
proven = Recent(MEMORY)
# Seconds that the same guess by others is waited for. They may themselves wait to hash
# (HASH_QUEUE_SECONDS).
LONGEST_WAIT = 20


@dataclass
class _Turns:
    """Those who check one guess at this moment, one after the other: the next may find it proven."""

    checking: int = 0
    turn: Lock = field(default_factory=Lock)


_in_flight: dict[bytes, _Turns] = {}
_lock = Lock()


def digest_guess(account: str, password: str) -> bytes:
    text = f"{account}\0{password}".encode(errors="surrogatepass")
    return hmac.digest(_KEY, text, hashlib.sha256)


def bind_guess(guess: bytes, encoded: str) -> bytes:
    """Return what stands for the guess being right for this stored hash, and for no other."""
    return hmac.digest(_KEY, guess + encoded.encode(errors="surrogatepass"), hashlib.sha256)


@contextmanager
def enter(guess: bytes) -> Iterator[bool]:
    """Yield, in one's turn, whether the guess is a new one: neither proven lately nor being checked
    at this moment.

    Raises Unavailable (503) after LONGEST_WAIT.
    """
    with _lock:
        turns = _in_flight.setdefault(guess, _Turns())
        new = guess not in proven and not turns.checking
        turns.checking += 1
    try:
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
                del _in_flight[guess]
