"""Which guesses are no new ones. The same name and password at the same time, or known to be right, tell nothing.

So a client of Basic that begins with twenty requests at once is not taken for somebody who guesses, and none of its
later requests has to be counted.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from auth_core.recent import Recent

# Of this process alone and never stored, so that what is remembered is of no use anywhere else.
_KEY = secrets.token_bytes(32)
_in_flight: Counter[bytes] = Counter()
_lock = Lock()
# Seconds. For so long a right password is known to be right.
MEMORY = 300
proven = Recent(MEMORY)


def digest_guess(account: str, password: str) -> bytes:
    text = f"{account}\0{password}".encode(errors="surrogatepass")
    return hmac.digest(_KEY, text, hashlib.sha256)


@contextmanager
def enter(guess: bytes) -> Iterator[bool]:
    """Yield whether the guess is a new one: neither proven lately nor being checked at this moment."""
    with _lock:
        new = guess not in proven and not _in_flight[guess]
        _in_flight[guess] += 1
    try:
        yield new
    finally:
        with _lock:
            _in_flight[guess] -= 1
            if not _in_flight[guess]:
                del _in_flight[guess]
