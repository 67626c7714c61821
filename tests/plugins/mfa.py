"""Users with an authenticator app, and the codes that it shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
from django.utils import timezone

from auth_mfa.codes import make_recovery_codes
from auth_mfa.models import Factor
from auth_mfa.secrets import encrypt

SECRET = pyotp.random_base32()


def enrol(user: Any, secret: str = SECRET) -> list[str]:
    """Give the user a factor in force; return the recovery codes."""
    now = timezone.now()
    Factor.objects.create(user=user, secret=encrypt(secret), created_at=now, confirmed_at=now)
    return make_recovery_codes(user)


def show_code(secret: str = SECRET, *, later: int = 0) -> str:
    """Return the code of now, or of so many time steps later."""
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=30 * later))
