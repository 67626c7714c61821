"""Hashing a password before the transaction that stores it.

A hash waits for its turn and takes a core's time. SQLite lets one transaction write at a time, so a
hash inside of it would hold up all other writers; on PostgreSQL it would hold row locks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

_hashed: ContextVar[Mapping[str, str]] = ContextVar("hashed", default=MappingProxyType({}))


@contextmanager
@sensitive_variables("password")
def hash_ahead(password: object) -> Iterator[None]:
    """Hash the password now. Within this context hash_password() returns that hash.

    A password that is no text or breaks AUTH_PASSWORD_VALIDATORS is not hashed, because the write
    will be refused.
    """
    if not isinstance(password, str) or password in _hashed.get() or not _is_valid(password):
        yield
        return
    token = _hashed.set({password: make_password(password)})
    try:
        yield
    finally:
        _hashed.reset(token)


@sensitive_variables("password")
def hash_password(password: str | None) -> str:
    """Return the hash made ahead, or make one; for `None` a hash that no password matches."""
    made = _hashed.get().get(password) if password is not None else None
    return made or make_password(password)


@sensitive_variables("password")
def _is_valid(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError:
        return False
    return True
