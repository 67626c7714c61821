"""The tokens of links in mails: made, found, and used up by a single request."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import ErrorDetail, ValidationError

from auth_accounts.models import AccountToken, Purpose
from auth_core.expiring_set import ExpiringSet
from auth_core.mail.addresses import fold_address
from auth_core.user_lookup import lock_user

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


def use_up(row: AccountToken) -> Any:
    """Delete the row, within the transaction of what the token is for. Return its account as it is
    now, if there is one.

    Of several requests at once the database lets one delete it. The others raise ValidationError.
    The account is locked first: two links of an account at once would otherwise wait for each other
    (a deadlock), as each ends the other.
    """
    user = None if row.user_id is None else lock_user(row.user_id)
    deleted, _ = AccountToken.objects.filter(pk=row.pk, expires_at__gt=timezone.now()).delete()
    # Another password may have been set since the token was read.
    if deleted != 1 or (row.user_id is not None and not is_current(row, user)):
        raise refuse_token()
    return user


def drop_tokens(user_id: Any) -> None:
    """Delete the tokens of an account, whose row the caller has locked or changed."""
    AccountToken.objects.filter(user_id=user_id).delete()


def list_sign_ups(folded: str) -> QuerySet[AccountToken]:
    """Return the sign-ups that wait for this address, the latest first."""
    return AccountToken.objects.filter(
        folded=folded, purpose=Purpose.SIGN_UP, expires_at__gt=timezone.now()
    )


def drop_sign_ups(folded: str) -> None:
    """Delete the sign-ups of an address that an account has now.

    A sign-up that another request is using stays. That request finds the address taken. To wait for
    it would be a deadlock, as it waits for the address.
    """
    rows = AccountToken.objects.filter(folded=folded, purpose=Purpose.SIGN_UP)
    unused = rows.select_for_update(skip_locked=True).order_by().values_list("pk", flat=True)
    AccountToken.objects.filter(pk__in=list(unused)).delete()


def _prune(now: Any) -> None:
    over = AccountToken.objects.filter(expires_at__lt=now).order_by().values_list("pk", flat=True)
    AccountToken.objects.filter(pk__in=list(over[:PRUNED_AT_ONCE])).delete()
