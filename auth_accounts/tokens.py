"""The tokens of links in mails: made, found, and used up by a single request."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import ErrorDetail, ValidationError

from auth_accounts.models import AccountToken, Purpose
from auth_core.expiring_set import ExpiringSet
from auth_core.mail.addresses import fold_address

LIVES = {
    Purpose.SIGN_UP: timedelta(days=1),
    Purpose.RESET: timedelta(hours=1),
    Purpose.EMAIL: timedelta(hours=1),
    Purpose.INVITATION: timedelta(days=7),
}
INVALID = ErrorDetail("This link is not valid any more. Ask for a new one.", "invalid_token")
# Rows that are over are dropped, this many at a time and so often by each process.
PRUNED_AT_ONCE = 100
PRUNED_EVERY = 10
pruned = ExpiringSet(PRUNED_EVERY)


def refuse_token() -> ValidationError:
    """Return the refusal of a token: it is unknown, over, used up, or of another password."""
    return ValidationError({"token": [INVALID]})


@sensitive_variables("token")
def issue_token(purpose: Purpose, address: str, *, user: Any = None, **facts: Any) -> str:
    """Store a new token and return it. It is 256 bits of chance."""
    token, now = secrets.token_urlsafe(32), timezone.now()
    if pruned.add("tokens"):
        _prune(now)
    AccountToken.objects.create(
        digest=digest(token),
        purpose=purpose,
        user=user,
        address=address,
        folded=fold_address(address),
        auth_hash=user.get_session_auth_hash() if user else "",
        created_at=now,
        expires_at=now + LIVES[purpose],
        **facts,
    )
    return token


@sensitive_variables("token")
def digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


@sensitive_variables("token")
def find_token(purpose: Purpose, token: str) -> AccountToken:
    """Return the row of a good token, and use nothing up. Raises ValidationError.

    A token of an account is good while the account is active and has the password that it had.
    """
    rows = AccountToken.objects.select_related("user")
    row = rows.filter(digest=digest(token), purpose=purpose, expires_at__gt=timezone.now()).first()
    if row is None or (row.user_id is not None and not is_current(row, row.user)):
        raise refuse_token()
    return row


def is_current(row: AccountToken, user: Any) -> bool:
    """Whether the account is active and has the password that it had when the token was made."""
    if user is None or not user.is_active:
        return False
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(row.auth_hash, each) for each in hashes)


def use_up(row: AccountToken) -> None:
    """Delete the row, within the transaction of what the token is for.

    Of several requests at once the database lets one delete it. The others raise ValidationError.
    """
    deleted, _ = AccountToken.objects.filter(pk=row.pk, expires_at__gt=timezone.now()).delete()
    if deleted != 1:
        raise refuse_token()


def drop_tokens(**which: Any) -> None:
    """Delete the tokens of an account or of an address."""
    AccountToken.objects.filter(**which).delete()


def _prune(now: Any) -> None:
    over = AccountToken.objects.filter(expires_at__lt=now).order_by().values_list("pk", flat=True)
    AccountToken.objects.filter(pk__in=list(over[:PRUNED_AT_ONCE])).delete()
