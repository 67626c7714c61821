"""Codes of a user: those of an authenticator app, and recovery codes. Each is good once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import pyotp
from django.db import transaction
from django.utils.crypto import constant_time_compare

from auth_mfa.models import Factor, RecoveryCode
from auth_mfa.secrets import decrypt

# Seconds of a time step (RFC 6238, section 5.2), whose neighbours are taken too, as clocks differ.
STEP = 30
NEIGHBOURS = (0, -1, 1)
RECOVERY_CODES = 10
# 120 bits cannot be guessed from a digest. OWASP ASVS 5.0, 6.5.2, asks for 112.
_CODE_BYTES = 15
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_LETTERS = str.maketrans({"0": "O", "1": "I", "8": "B"})


def use_code(user: Any, code: str, now: datetime) -> bool:
    """Take a code of the user, and return whether it was good. Of many at once, one is."""
    plain = code.replace(" ", "").replace("-", "")
    if not plain.isascii():
        return False
    if plain.isdigit():
        factors = Factor.objects.filter(user=user).confirmed()
        return any(use_step(factor, plain, now) for factor in factors)
    return _use_recovery_code(user, plain, now)


def use_step(factor: Factor, code: str, now: datetime) -> bool:
    """Take a code of this app, if no code of its time step or a later one was taken before.

    RFC 6238, section 5.2, demands that a code is good once.
    """
    step = _find_step(decrypt(factor.secret), code, now)
    if step is None:
        return False
    unused = Factor.objects.filter(pk=factor.pk, last_step__lt=step)
    return bool(unused.update(last_step=step, last_used_at=now))


def _find_step(secret: str, code: str, now: datetime) -> int | None:
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    good = [
        current + distance
        for distance in NEIGHBOURS
        if constant_time_compare(totp.generate_otp(current + distance), code)
    ]
    return good[0] if good else None


def make_recovery_codes(user: Any) -> list[str]:
    """Replace the user's recovery codes by new codes, and return these."""
    codes = [_make_code() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        rows = [RecoveryCode(user=user, digest=_digest(user, code)) for code in codes]
        RecoveryCode.objects.bulk_create(rows)
    return codes


def _use_recovery_code(user: Any, code: str, now: datetime) -> bool:
    written = code.upper().translate(_TO_LETTERS)
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, written), used_at=None)
    return bool(unused.update(used_at=now))


def _make_code() -> str:
    number = int.from_bytes(token_bytes(_CODE_BYTES))
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(0, _CODE_BYTES * 8, 5))
    return "-".join(_groups(letters))


def _groups(letters: str) -> Iterable[str]:
    return (letters[start : start + 4] for start in range(0, len(letters), 4))


def _digest(user: Any, code: str) -> str:
    return sha256(f"{user.pk}:{code.replace('-', '')}".encode()).hexdigest()
