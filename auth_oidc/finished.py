"""Logins that an issuer has confirmed: single use of their states, and of the codes by which a page
fetches its tokens.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework.exceptions import AuthenticationFailed

from auth_oidc.claims import read_authentication_time
from auth_oidc.flow import make_challenge
from auth_oidc.models import FinishedLogin
from auth_oidc.pending import LIFE, Pending
from auth_oidc.tokens import Claims, refuse

# For so long a code can be exchanged.
CODE_LIFE = timedelta(minutes=2)
BAD_CODE = "The code is invalid, used or too old"


def is_used(pending: Pending) -> bool:
    return FinishedLogin.objects.filter(pk=pending.digest).exists()


def finish(pending: Pending, issuer: str, claims: Claims, user: Any) -> str:
    """Note that the state is used, and return a code for the page that begun.

    Raises AuthenticationFailed for a state that was used before.
    """
    now = timezone.now()
    # The cookie of an older state is not accepted any more.
    FinishedLogin.objects.filter(finished_at__lt=now - timedelta(seconds=LIFE)).delete()
    code = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            FinishedLogin.objects.create(
                state_digest=pending.digest,
                code_digest=_digest(code) if pending.challenge else None,
                challenge=pending.challenge,
                user=user,
                issuer=issuer,
                subject=claims["sub"],
                finished_at=now,
                authenticated_at=read_authentication_time(claims),
            )
    except IntegrityError:
        raise refuse() from None
    return code


def take(code: str, verifier: str, *, links: bool) -> FinishedLogin:
    """Return the login of a code, which is good no more: of many requests at once, one gets it.

    `links` asks for a login without a user, whose subject is to be linked. Raises
    AuthenticationFailed.
    """
    rows = FinishedLogin.objects.filter(
        code_digest=_digest(code), finished_at__gt=timezone.now() - CODE_LIFE, user__isnull=links
    )
    found = rows.select_related("user").first()
    # Without the verifier a code that leaked is not used up either.
    is_theirs = found and constant_time_compare(make_challenge(verifier), found.challenge)
    if found is None or not is_theirs or not rows.update(code_digest=None):
        raise AuthenticationFailed(BAD_CODE)
    if found.user is None and not links:
        raise AuthenticationFailed(BAD_CODE)
    return found


def put_back(finished: FinishedLogin) -> None:
    """Let the code be exchanged again, after a second step that was missing or wrong."""
    FinishedLogin.objects.filter(pk=finished.pk).update(code_digest=finished.code_digest)


def _digest(code: str) -> str:
    return sha256(code.encode(errors="surrogatepass")).hexdigest()
