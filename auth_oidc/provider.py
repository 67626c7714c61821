"""The Bearer provider: access tokens of the issuers in OIDC_ISSUERS (RFC 6750, RFC 9068)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from time import time
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from auth_core import AuthProvider
from auth_core.caller import read_roles
from auth_core.login_time import set_login_time
from auth_oidc.claims import read_authentication_time, read_claimed_roles
from auth_oidc.finished import put_back, take
from auth_oidc.identities import find_user
from auth_oidc.issuers import Issuer
from auth_oidc.kinds import NAME, SCHEME
from auth_oidc.serializers import IssuerCodeSerializer
from auth_oidc.tokens import peek_issuer, verify_token

# The input of POST /api/me/reauthenticate.
PROOF = "oidc"


class OidcProvider(AuthProvider):
    name = NAME
    scheme = SCHEME
    openapi: ClassVar = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    # Signatures cannot be guessed.
    counts_failures = False
    proof_fields: ClassVar = {PROOF: IssuerCodeSerializer(required=False, write_only=True)}

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return (user, claims) for a good token; `None` for a token of another issuer.

        Where the issuer gives roles, the token's roles count for this request.
        """
        parts = get_authorization_header(request).split()
        if len(parts) != 2 or parts[0] != SCHEME.encode():
            return None
        token = parts[1].decode("latin-1")
        issuer = find_issuer(peek_issuer(token))
        if issuer is None:
            return None
        try:
            claims = verify_token(issuer, token, time())
            user = find_user(issuer, claims)
        except AuthenticationFailed as refusal:
            request.refused_oidc_token = str(refusal.detail)  # type: ignore[attr-defined]
            raise
        roles = read_claimed_roles(issuer, claims)
        user.role_names = read_roles(user) if roles is None else roles
        return user, claims

    @contextmanager
    def prove_caller(
        self, request: Request, given: Mapping[str, Any]
    ) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """Yield the user of a code that a login by the issuer ended with. It is as recent as that
        login. After a refused second step the code may be sent again.
        """
        found = take(given[PROOF]["code"], given[PROOF]["codeVerifier"], links=False)
        set_login_time(request, found.authenticated_at)
        try:
            yield found.user, {}
        except APIException:
            put_back(found)
            raise

    def find_authentication_time(self, request: Request | HttpRequest) -> datetime | None:
        """Return the token's `auth_time` (RFC 9068, section 2.2.1), if it has that claim."""
        claims = getattr(request, "auth", None)
        return read_authentication_time(claims) if isinstance(claims, dict) else None

    def challenge_for(self, request: Request) -> str | None:
        """Add the error code only if a token was sent and refused (RFC 6750, section 3.1)."""
        challenge = super().challenge_for(request)
        refusal = getattr(request, "refused_oidc_token", None)
        if not refusal:
            return challenge
        return f'{challenge}, error="invalid_token", error_description="{refusal}"'


def find_issuer(identifier: str | None) -> Issuer | None:
    """Return the issuer of tokens with this `iss`, if access tokens of it are taken."""
    return next(
        (each for each in settings.OIDC_ISSUERS if each.issuer == identifier and each.audience),
        None,
    )
