"""The password hashers: Django's own, each in its turn (accounts/hashing_queue.py), and argon2id by
one thread.

The parameters of argon2id are those of OWASP's Password Storage Cheat Sheet: 19 MiB and two passes,
or 46 MiB and one. A stored hash by other parameters or another algorithm is replaced at the next
login.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import bcrypt
from argon2.exceptions import Argon2Error
from django.conf import settings
from django.contrib.auth import hashers
from django.utils.crypto import constant_time_compare

from accounts.argon2id import derive_hash
from accounts.hashing_queue import HashingQueue
from runtime.parking import waiting

if TYPE_CHECKING:
    Hasher = hashers.BasePasswordHasher
else:
    Hasher = object

logger = logging.getLogger("config")

queue = HashingQueue()

# Errors of Django's hashers and their libraries for a stored hash in a wrong form.
UNREADABLE = (
    ValueError,
    TypeError,
    AssertionError,
    LookupError,
    OverflowError,
    MemoryError,
    Argon2Error,
)


@contextmanager
def take_turn() -> Iterator[None]:
    with waiting(), queue.take_turn(settings.HASH_QUEUE_SECONDS):
        yield


class QueuedHasher(Hasher):
    """Hashes in its turn, and takes a stored hash that it cannot read for a wrong password."""

    def take_turn(self) -> AbstractContextManager[None]:
        """Return a context that waits for the turn and keeps it; it raises Busy (503) after
        HASH_QUEUE_SECONDS.
        """
        return take_turn()

    def encode(self, *arguments: Any, **options: Any) -> str:
        with take_turn():
            return super().encode(*arguments, **options)

    def verify(self, password: str, encoded: str) -> bool:
        with take_turn():
            try:
                return self.matches(password, encoded)
            except UNREADABLE:
                # The hash itself stays out of the log.
                logger.warning(
                    "A stored password hash of the algorithm %s cannot be read.", self.algorithm
                )
                return False

    def matches(self, password: str, encoded: str) -> bool:
        """Return whether the hash is that of the password; raises UNREADABLE errors."""
        return super().verify(password, encoded)

    def must_update(self, encoded: str) -> bool:
        try:
            return super().must_update(encoded)
        except UNREADABLE:
            return True


class Argon2PasswordHasher(QueuedHasher, hashers.Argon2PasswordHasher):
    """Makes and takes the same hashes as Django's, each by one thread."""

    parallelism = 1

    @property
    def memory_cost(self) -> int:  # type: ignore[override]  # Django's is a constant
        """KiB for each hash."""
        return int(settings.HASH_MEMORY_KIB)

    @property
    def time_cost(self) -> int:  # type: ignore[override]  # Django's is a constant
        """Passes over the memory."""
        return int(settings.HASH_TIME)

    def encode(self, password: str, salt: str) -> str:
        parameters = self.params()
        with take_turn():
            derived = derive_hash(password.encode(), salt.encode(), parameters)
        costs = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
        encoded = f"{_encode(salt.encode())}${_encode(derived)}"
        return f"{self.algorithm}$argon2id$v={parameters.version}${costs}${encoded}"

    def matches(self, password: str, encoded: str) -> bool:
        stored = self.decode(encoded)
        derived = derive_hash(password.encode(), stored["salt"].encode("latin1"), stored["params"])
        return constant_time_compare(_encode(derived), stored["hash"])


def _encode(value: bytes) -> str:
    return b64encode(value).decode().rstrip("=")


class PBKDF2PasswordHasher(QueuedHasher, hashers.PBKDF2PasswordHasher):
    """Of other systems; replaced at the next login, like those below."""


class PBKDF2SHA1PasswordHasher(QueuedHasher, hashers.PBKDF2SHA1PasswordHasher):
    pass


class BCryptSHA256PasswordHasher(QueuedHasher, hashers.BCryptSHA256PasswordHasher):
    pass


class BCryptPasswordHasher(QueuedHasher, hashers.BCryptPasswordHasher):
    """Plain bcrypt, as `import_users` brings it along.

    It reads the first 72 bytes of a password alone.
    """

    def encode(self, password: str, salt: bytes) -> str:  # type: ignore[override]  # Django's stubs have str
        with take_turn():
            # The library refuses what is longer; the systems that made these hashes cut it.
            return f"{self.algorithm}${bcrypt.hashpw(password.encode()[:72], salt).decode()}"


class ScryptPasswordHasher(QueuedHasher, hashers.ScryptPasswordHasher):
    pass
