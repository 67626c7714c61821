"""System check on the signing keys: a bad key stops the start, not the first login."""

from __future__ import annotations

from django.core.checks import CheckMessage, Error

from auth_jwt.key_set import current_key_set
from auth_jwt.keys import BadKeyError


def check_keys(**_: object) -> list[CheckMessage]:
    try:
        current_key_set()
    except BadKeyError as fault:
        hint = (
            "Let JWT_KEYS_DIR name a directory that `manage.py rotate_keys` has filled, or "
            "JWT_PRIVATE_KEYS hold private keys in PEM, or set neither of them to sign with "
            "JWT_SECRET_KEY, a random text of at least 32 bytes."
        )
        return [Error(f"{fault}.", hint=hint, id="auth_jwt.E001")]
    return []
