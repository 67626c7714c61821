"""Access tokens: JWTs in the profile of RFC 9068, checked as RFC 8725 advises, on top of SimpleJWT."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError
from rest_framework_simplejwt.tokens import AccessToken

ALGORITHM = "HS256"
# The explicit type of RFC 9068, section 2.1: no other kind of JWT that we sign may pass for an access token.
TYPE = "at+jwt"
CLAIMS = {"iss": str, "aud": str, "sub": str, "jti": str, "iat": int, "exp": int}
# 9999-12-31T23:59:59Z, the last second that datetime can hold.
LAST_SECOND = 253_402_300_799


class SignedTokens(TokenBackend):
    """Signs and verifies with the key, issuer and audience that the settings hold at this moment."""

    def __init__(self) -> None:
        super().__init__(
            ALGORITHM,
            signing_key=settings.JWT_SECRET_KEY,
            audience=settings.JWT_AUDIENCE,
            issuer=settings.JWT_ISSUER,
        )

    def encode(self, payload: dict[str, Any]) -> str:
        claims = payload | {"iss": self.issuer, "aud": self.audience}
        return jwt.encode(claims, self.prepared_signing_key, ALGORITHM, headers={"typ": TYPE})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002
        """Return the claims; raise TokenBackendError for whatever this service did not sign as an access token."""
        try:
            decoded = jwt.decode_complete(
                token, self.prepared_signing_key, [ALGORITHM], audience=self.audience, issuer=self.issuer
            )
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("The signature or a claim is invalid") from error
        claims: dict[str, Any] = decoded["payload"]
        if decoded["header"].get("typ") != TYPE or not _has_our_shape(claims):
            raise TokenBackendError("The token is not an access token of this service")
        return claims


def _has_our_shape(claims: dict[str, Any]) -> bool:
    # type() rather than isinstance(): a bool is an int to the latter. Without this, SimpleJWT and datetime raise
    # TypeError or OverflowError on an `exp` such as "1", true or 1e30, even though it is correctly signed.
    typed = all(type(claims.get(name)) is kind for name, kind in CLAIMS.items())
    return typed and claims["exp"] <= LAST_SECOND


class BearerToken(AccessToken):
    """SimpleJWT's access token; raises its TokenError on every token that is not good."""

    @property
    def lifetime(self) -> timedelta:  # type: ignore[override]
        lifetime: timedelta = settings.JWT_EXPIRATION
        return lifetime

    def get_token_backend(self) -> SignedTokens:
        return SignedTokens()
