"""Basic with a code appended to the password (MFA_BASIC=append).

A code is good once. As a client of Basic sends the same header again and again, a code that was
taken from an address stays good for that address for five minutes, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from auth_core.account_name import key_field, name_key
from auth_core.lockout.guard import name_address
from auth_mfa.codes import use_code
from auth_mfa.models import BasicCode, Factor

APPEND = "append"
DIGITS = 6
LIFE = timedelta(minutes=5)
# A code that was good is no guess, however long a client repeats it.
KEPT = timedelta(days=1)
# The inputs of permit_login. No client can send the first: it is no text.
ADMITTED, APPENDED = "admitted", "appendedCode"


@dataclass(frozen=True)
class Admission:
    """That this address has sent a good code of the user some minutes ago."""

    user_id: Any


@sensitive_variables("password", "code")
def split_password(
    request: Any, username: str, password: str
) -> tuple[str, Mapping[str, Any]] | None:
    """Return the password without its code, and the inputs of the second step. `None` if the user
    has no app, or the password ends in no code. Costs two queries.
    """
    code = password[-DIGITS:]
    is_code = len(password) > DIGITS and code.isascii() and code.isdigit()
    if settings.MFA_BASIC != APPEND or not is_code:
        return None
    apps = Factor.objects.confirmed().filter(**{f"user__{key_field()}": name_key(username)})
    user_id = apps.order_by().values_list("user_id", flat=True).first()
    if user_id is None:
        return None
    taken = BasicCode.objects.filter(digest=_digest(request, user_id, code)).first()
    if taken is None:
        return password[:-DIGITS], {APPENDED: code}
    is_over = taken.expires_at <= timezone.now()
    return password[:-DIGITS], {} if is_over else {ADMITTED: Admission(user_id)}


@sensitive_variables("code")
def take_appended_code(request: Any, user: Any, code: str, now: datetime) -> bool:
    """Take a code, and let this address repeat it. Return whether it was good.

    Of many requests at once a single request takes it, and the others find its row.
    """
    digest = _digest(request, user.pk, code)
    with transaction.atomic():
        if use_code(user, code, now):
            BasicCode.objects.filter(user=user, expires_at__lt=now - KEPT).delete()
            BasicCode.objects.create(digest=digest, user=user, expires_at=now + LIFE)
            return True
    return BasicCode.objects.filter(digest=digest, expires_at__gt=now).exists()


def _digest(request: Any, user_id: Any, code: str) -> str:
    facts = f"{user_id}\0{code}\0{name_address(request)}"
    return salted_hmac("auth_mfa.basic", facts, algorithm="sha256").hexdigest()
