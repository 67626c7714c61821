"""The Bearer provider: JSON Web Tokens in the Authorization header (RFC 6750)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import Token

from auth_core.contract import AuthProvider
from auth_jwt.token import BearerToken

# Ours have about 450 bytes. PyJWT looks at every byte before the signature, 60 ms for a megabyte.
MAX_BYTES = 8192


class BearerProvider(AuthProvider, JWTAuthentication):
    challenge = "Bearer"
    openapi: ClassVar = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}

    def authenticate(self, request: Request) -> tuple[Any, Token] | None:
        """Return (user, token) for a good token; raise AuthenticationFailed, never saying what is wrong with a bad."""
        try:
            return super().authenticate(request)
        except (AuthenticationFailed, TokenError, ObjectDoesNotExist, ValidationError, ValueError) as error:
            raise AuthenticationFailed("The token is invalid or expired") from error

    def get_validated_token(self, raw_token: bytes) -> BearerToken:
        # RFC 7515 leaves the padding out; PyJWT would take it, and a token would have two spellings.
        if len(raw_token) > MAX_BYTES or b"=" in raw_token:
            raise TokenError("The token is too long, or padded")
        return BearerToken(raw_token)  # type: ignore[arg-type]

    def get_user(self, validated_token: Token) -> Any:
        return self.user_model.objects.get(pk=validated_token["sub"])

    def issue(self, request: Request, user: AbstractBaseUser, password: str) -> dict[str, object]:
        """Return `{accessToken, tokenType, expiresIn}`, the last in seconds."""
        token = BearerToken()
        token["sub"] = str(user.pk)
        return {
            "accessToken": str(token),
            "tokenType": self.challenge,
            "expiresIn": int(token.lifetime.total_seconds()),
        }
