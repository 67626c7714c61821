"""A login that has begun: kept by the browser in a signed cookie, so that no stranger fills a
store, and no other browser can finish it.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare

# Seconds from the beginning to the end at the issuer.
LIFE = 600
_SALT = "auth_oidc.pending"


@dataclass(frozen=True)
class Pending:
    """A login on its way: the secrets of RFC 7636 and OpenID Connect, and where it shall lead."""

    issuer: str
    state: str
    nonce: str
    verifier: str
    next: str
    challenge: str
    """Of the page that fetches the tokens; empty for the admin."""
    links: bool
    """Whether it adds an identity to an account, and is no login."""

    @property
    def digest(self) -> str:
        return sha256(self.state.encode()).hexdigest()


def begin(issuer: str, *, next_url: str, challenge: str, links: bool) -> Pending:
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Pending(issuer, state, nonce, verifier, next_url, challenge, links)


def keep(response: HttpResponseBase, pending: Pending) -> None:
    response.set_cookie(
        name_cookie(),
        signing.dumps(asdict(pending), salt=_SALT),
        max_age=LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        # The way back from the issuer is a navigation from another site, on which Strict would not
        # be sent.
        samesite="Lax",
    )


def forget(response: HttpResponseBase) -> None:
    response.delete_cookie(name_cookie(), samesite="Lax")
    response.cookies[name_cookie()]["secure"] = settings.SESSION_COOKIE_SECURE


def find(request: HttpRequest, issuer: str, state: str) -> Pending | None:
    """Return the login that this browser has begun with this state at the issuer, or `None`."""
    try:
        kept = signing.loads(request.COOKIES.get(name_cookie(), ""), salt=_SALT, max_age=LIFE)
        pending = Pending(**kept)
    except (signing.BadSignature, TypeError):  # the latter for the cookie of another version
        return None
    is_this = pending.issuer == issuer and constant_time_compare(pending.state, state)
    return pending if is_this else None


def name_cookie() -> str:
    """Return the cookie's name. Other hosts cannot set cookies of this prefix (RFC 6265bis)."""
    return "__Host-oidc" if settings.SESSION_COOKIE_SECURE else "oidc"
