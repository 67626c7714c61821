"""The rows of logins that wait: made, tried, and used by a single request."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.debug import sensitive_variables

from auth_core.expiring_set import ExpiringSet
from auth_core.mail.addresses import fold_address
from auth_magic.models import MagicLogin

LIFE = timedelta(minutes=10)
# Of a code with 1,000,000 values. Wrong codes are counted for the address too.
MOST_TRIES = 5
DIGITS = 6
PRUNED_AT_ONCE = 100
PRUNED_EVERY = 10
pruned = ExpiringSet(PRUNED_EVERY)


def make_client(address: str) -> str:
    """Return a new secret of a client. Its second part stands for the address."""
    return f"{secrets.token_urlsafe(32)}.{_mark(address)}"


def _mark(address: str) -> str:
    folded = fold_address(address)
    return salted_hmac("auth_magic.mailbox", folded, algorithm="sha256").hexdigest()[:32]


@sensitive_variables("client")
def name_mailbox(client: str) -> str:
    """Return the name of the counter of wrong codes: that of the address, also without an account.

    No user name has a colon. A client that changes the second part is known to no row.
    """
    return f"mailbox:{client.rpartition('.')[2][:32]}"


@sensitive_variables("client", "token", "code")
def begin(user: Any, client: str) -> tuple[str, str]:
    """Store a login of this client; return the token of its link and its code."""
    now = timezone.now()
    if pruned.add("logins"):
        over = MagicLogin.objects.filter(expires_at__lt=now).values_list("pk", flat=True)
        MagicLogin.objects.filter(pk__in=list(over[:PRUNED_AT_ONCE])).delete()
    token = secrets.token_urlsafe(32)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    MagicLogin.objects.create(
        client_digest=digest(client),
        token_digest=digest(token),
        code_digest=digest_code(client, code),
        user=user,
        auth_hash=user.get_session_auth_hash(),
        expires_at=now + LIFE,
    )
    return token, code


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def digest_code(client: str, code: str) -> str:
    """Return a digest that nobody can try codes against without the secret of the client."""
    text = f"{client}\0{code}".encode(errors="surrogatepass").hex()
    return salted_hmac("auth_magic.code", text, algorithm="sha256").hexdigest()


@sensitive_variables("client")
def find(client: str) -> MagicLogin | None:
    """Return the login of this client, if its account has the password and the address that it
    had.
    """
    rows = MagicLogin.objects.select_related("user")
    row = rows.filter(client_digest=digest(client), expires_at__gt=timezone.now()).first()
    if row is None or not row.user.is_active:
        return None
    # Another mailbox may have been lost, and the account given a new address for that reason.
    email = getattr(row.user, row.user.get_email_field_name(), "") or ""
    if not constant_time_compare(_mark(email), client.rpartition(".")[2]):
        return None
    hashes = (row.user.get_session_auth_hash(), *row.user.get_session_auth_fallback_hash())
    is_current = any(constant_time_compare(row.auth_hash, each) for each in hashes)
    return row if is_current else None


@sensitive_variables("client", "token")
def try_token(row: MagicLogin, client: str, token: str) -> bool:
    """Count a try and claim the row; return whether the token or the code is right.

    The database decides who may try: of several requests at once one claims a row.
    """
    counted = MagicLogin.objects.filter(pk=row.pk, tries__lt=MOST_TRIES, is_claimed=False)
    if not counted.update(tries=F("tries") + 1):
        return False
    expected = row.token_digest if len(token) != DIGITS else row.code_digest
    sent = digest(token) if len(token) != DIGITS else digest_code(client, token)
    if not constant_time_compare(expected, sent):
        return False
    unclaimed = MagicLogin.objects.filter(pk=row.pk, is_claimed=False)
    return bool(unclaimed.update(is_claimed=True))


def release(row: MagicLogin) -> None:
    """Let the row be tried again, because the login needs a second step."""
    MagicLogin.objects.filter(pk=row.pk).update(is_claimed=False)


def finish(row: MagicLogin) -> None:
    MagicLogin.objects.filter(pk=row.pk).delete()
