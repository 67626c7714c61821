"""Password hashers of which one hashes at a time, a few wait, and the rest is refused with 503.

A hash by argon2id takes 100 MB and a core for a fifth of a second. Whoever waits holds one of the threads that answer
requests, so those who hash and wait are at most half of the eight that README.md gives to each process: lists and
tokens are answered meanwhile. The bounds hold for everybody who hashes, on whatever surface, for each process.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, local
from typing import TYPE_CHECKING, Any

from django.contrib.auth import hashers
from django.utils.crypto import constant_time_compare

from config.argon2id import derive_hash
from config.problems import Busy

if TYPE_CHECKING:
    Hasher = hashers.BasePasswordHasher
else:
    Hasher = object

AT_ONCE = 1
WAITING = 3


class Admission:
    """Lets `at_once` work, `waiting` others wait for them, in no particular order, and refuses all further ones."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._places = BoundedSemaphore(at_once + waiting)
        self._turns = BoundedSemaphore(at_once)
        self._thread = local()

    @contextmanager
    def hold_place(self) -> Iterator[None]:
        """Keep a place in the line, where the thread has none yet; raise Busy if all are taken."""
        if getattr(self._thread, "has_place", False):
            yield
            return
        if not self._places.acquire(blocking=False):
            raise Busy
        self._thread.has_place = True
        try:
            yield
        finally:
            self._thread.has_place = False
            self._places.release()

    @contextmanager
    def work(self) -> Iterator[None]:
        """Wait for one's turn in the line, and keep it."""
        with self.hold_place(), self._turns:
            yield


admission = Admission(AT_ONCE, WAITING)


class Admitted(Hasher):
    """Hashes in its turn. All of Django's hashers but argon2's verify by encoding."""

    def admit(self) -> Any:
        """Return a context that keeps a place for a hash, so that nothing is done before it in vain, or raises Busy."""
        return admission.hold_place()

    def encode(self, *arguments: Any, **options: Any) -> str:
        with admission.work():
            return super().encode(*arguments, **options)


class Argon2PasswordHasher(Admitted, hashers.Argon2PasswordHasher):
    """Makes and takes the same hashes as Django's, each by one thread."""

    def encode(self, password: str, salt: str) -> str:
        parameters = self.params()
        with admission.work():
            derived = derive_hash(password.encode(), salt.encode(), parameters)
        costs = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
        return f"{self.algorithm}$argon2id$v={parameters.version}${costs}${_encode(salt.encode())}${_encode(derived)}"

    def verify(self, password: str, encoded: str) -> bool:
        stored = self.decode(encoded)
        with admission.work():
            derived = derive_hash(password.encode(), stored["salt"].encode("latin1"), stored["params"])
        return constant_time_compare(_encode(derived), stored["hash"])


def _encode(value: bytes) -> str:
    return b64encode(value).decode().rstrip("=")


class PBKDF2PasswordHasher(Admitted, hashers.PBKDF2PasswordHasher):
    """Of other systems; replaced at the next login, like those below."""


class PBKDF2SHA1PasswordHasher(Admitted, hashers.PBKDF2SHA1PasswordHasher):
    pass


class BCryptSHA256PasswordHasher(Admitted, hashers.BCryptSHA256PasswordHasher):
    pass


class ScryptPasswordHasher(Admitted, hashers.ScryptPasswordHasher):
    pass
