"""The signing keys as an operator sees them: their kind, size and age. No key is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import time

from django.conf import settings

from api_http.diagnosis import Finding
from auth_jwt.key_set import ACTIVE, current_key_set, list_files, state_of
from auth_jwt.keys import BadKeyError, Key

DAY = 86_400
# Days. NIST SP 800-57 part 1, table 1, gives a private signing key at most three years; tokens that
# open every account deserve less.
OLD = 365


def diagnose_keys() -> Iterator[Finding]:
    """Yield findings about the key that signs, and about its age where a folder holds the keys."""
    try:
        keys = current_key_set()
    except BadKeyError as fault:
        remedy = (
            "Run manage.py rotate_keys, or set JWT_KEYS_DIR, JWT_PRIVATE_KEYS or JWT_SECRET_KEY."
        )
        yield Finding("signing key", ok=False, detail=str(fault), remedy=remedy)
        return
    others = len(keys.keys) - 1
    detail = f"{keys.signer.algorithm}, {_measure(keys.signer)}, {others} more that only verify"
    yield Finding("signing key", ok=True, detail=detail)
    if settings.JWT_KEYS_DIR:
        yield _diagnose_age(Path(settings.JWT_KEYS_DIR))


def _measure(key: Key) -> str:
    size = getattr(key.verifying, "key_size", 256)
    return f"{len(key.signing.encode())} bytes" if key.jwk is None else f"{size} bits"


def _diagnose_age(directory: Path) -> Finding:
    changed = next(at for path, at in list_files(directory) if state_of(path) == ACTIVE)
    days = (time() - changed / 1_000_000_000) / DAY
    remedy = "Run manage.py rotate_keys."
    return Finding("age of the signing key", days < OLD, f"{days:.0f} days", remedy)
