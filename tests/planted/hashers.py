"""Password hashers."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher


class QuickHasher(Argon2PasswordHasher):
    """No fault: it passes itself off as the default one, so that audits of a hundred hashes take no
    time.
    """

    time_cost, memory_cost, parallelism = 1, 8, 1

    def decode(self, encoded: str) -> dict[str, Any]:
        return super().decode(encoded) | {"time_cost": 2, "memory_cost": 102_400}

    def must_update(self, encoded: str) -> bool:
        return False


class TruncatingHasher(QuickHasher):
    def encode(self, password: str, salt: str) -> str:
        return super().encode(password[:64], salt)

    def verify(self, password: str, encoded: str) -> bool:
        return super().verify(password[:64], encoded)


class FoldingHasher(QuickHasher):
    def encode(self, password: str, salt: str) -> str:
        return super().encode(password.lower(), salt)

    def verify(self, password: str, encoded: str) -> bool:
        return super().verify(password.lower(), encoded)


class TrimmingHasher(QuickHasher):
    def encode(self, password: str, salt: str) -> str:
        return super().encode(password.strip(), salt)

    def verify(self, password: str, encoded: str) -> bool:
        return super().verify(password.strip(), encoded)


class WeakArgon2Hasher(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 8, 1


class WeakPBKDF2Hasher(PBKDF2PasswordHasher):
    iterations = 1000


class HastyBackend(ModelBackend):
    """Answers for unknown users without hashing."""

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **_: Any
    ) -> Any:
        from django.contrib.auth import get_user_model

        if not get_user_model().objects.filter(username=username).exists():
            return None
        return super().authenticate(request, username, password)
