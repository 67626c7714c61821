"""Challenges for passkeys: signed, short-lived, and good once.

Asking for a challenge stores nothing, so strangers cannot fill a table. Only a challenge that was
answered well leaves a row, until it is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from auth_mfa.models import UsedChallenge

# Seconds in which an answer must come.
LIFE = 300
PRUNED_AT_ONCE = 100
_SALT = "auth_mfa.passkeys"


@dataclass(frozen=True)
class Challenge:
    """A challenge of ours. `handle` is the account's number, in a challenge to register."""

    nonce: str
    handle: str = ""


def make_challenge(rp_id: str, user: Any = None, handle: str = "") -> bytes:
    """Return a challenge for this host: to log in, or to register a passkey of the user."""
    facts = [token_urlsafe(16), handle]
    return signing.dumps(facts, salt=_name_purpose(rp_id, user)).encode()


def open_challenge(challenge: bytes, rp_id: str, user: Any = None) -> Challenge | None:
    """Return the challenge, if this service made it for this purpose, and it is not over."""
    try:
        text = challenge.decode("ascii")
        facts = signing.loads(text, salt=_name_purpose(rp_id, user), max_age=LIFE)
    except (signing.BadSignature, UnicodeDecodeError):
        return None
    return Challenge(*facts)


def use_challenge(challenge: Challenge) -> bool:
    """Use the challenge up. Of many requests at once, one is told True."""
    now = timezone.now()
    over = UsedChallenge.objects.filter(expires_at__lt=now).values_list("pk", flat=True)
    UsedChallenge.objects.filter(pk__in=list(over[:PRUNED_AT_ONCE])).delete()
    digest = sha256(challenge.nonce.encode()).hexdigest()
    # A signature is as old as LIFE at most, and its clock counts whole seconds.
    expires_at = now + timedelta(seconds=LIFE + 60)
    try:
        with transaction.atomic():
            UsedChallenge.objects.create(digest=digest, expires_at=expires_at)
    except IntegrityError:
        return False
    return True


def _name_purpose(rp_id: str, user: Any) -> str:
    if user is None:
        return f"{_SALT}.login:{rp_id}"
    # A new password ends what was begun with the old password.
    return f"{_SALT}.registration:{rp_id}:{user.pk}:{user.get_session_auth_hash()}"
