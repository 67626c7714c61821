"""Hashing a password before the transaction that stores it.

A hash waits for its turn and takes a core's time. SQLite lets one transaction write at a time, so a
hash inside of it would hold up all other writers; on PostgreSQL it would hold row locks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import ErrorDetail
from rest_framework.exceptions import ValidationError as InvalidInput

# A request sets at most so many passwords. Each hash takes a core's time.
MOST = 20


@dataclass
class _Hashed:
    """A hash that was made ahead for an input, and whether an account has it."""

    source: object
    password: str = field(repr=False)
    encoded: str = field(repr=False)
    is_used: bool = False


_hashed: ContextVar[tuple[_Hashed, ...]] = ContextVar("hashed", default=())


@contextmanager
@sensitive_variables("password")
def hash_ahead(password: object, source: object = None) -> Iterator[None]:
    """Hash the password now. Within this context hash_password() returns that hash, once.

    Contexts may stand in each other, as for many rows; `source` is the input that the password is
    in, which is hashed once. A password that is no text or breaks AUTH_PASSWORD_VALIDATORS is not
    hashed, because the write will be refused. Raises ValidationError of DRF for the 21st password.
    """
    made = _hashed.get()
    is_made = source is not None and any(each.source is source for each in made)
    if not isinstance(password, str) or is_made or not _is_valid(password):
        yield
        return
    if len(made) == MOST:
        detail = f"At most {MOST} passwords may be set at once."
        raise InvalidInput({"password": [ErrorDetail(detail, "too_many")]})
    token = _hashed.set((*made, _Hashed(source, password, make_password(password))))
    try:
        yield
    finally:
        _hashed.reset(token)


@sensitive_variables("password")
def hash_password(password: str | None) -> str:
    """Return a hash made ahead, or make one; for `None` a hash that no password matches.

    A hash is for one account: accounts with the same password have different hashes.
    """
    for made in _hashed.get():
        if made.password == password and not made.is_used:
            made.is_used = True
            return made.encoded
    return make_password(password)


@sensitive_variables("password")
def _is_valid(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError:
        return False
    return True
