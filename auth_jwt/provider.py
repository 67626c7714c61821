"""The Bearer provider: JSON Web Tokens in the Authorization header (RFC 6750)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from auth_core.contract import AuthProvider
from auth_jwt.kinds import ACCESS, PROVIDER
from auth_jwt.models import Session
from auth_jwt.sessions import begin_session, find_session, touch_session
from auth_jwt.tokens import BadTokenError, issue_pair, read_token


class BearerProvider(AuthProvider):
    challenge = PROVIDER
    openapi: ClassVar = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}

    def authenticate(self, request: Request) -> tuple[Any, Session] | None:
        """Return (user, session) for a good token; raise AuthenticationFailed, never saying what is wrong with a bad.

        Costs one query, and once a minute a second.
        """
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme != self.challenge.encode():
            return None
        now = timezone.now()
        try:
            session = find_session(read_token(ACCESS, token.decode("ascii"), now), now)
        except BadTokenError as error:
            request.refused_token = str(error)  # type: ignore[attr-defined]
            raise AuthenticationFailed(str(error)) from None
        touch_session(session, now)
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        """Add RFC 6750's error code where a token was sent and refused; who sent none is told of no error."""
        challenge = super().authenticate_header(request)
        refused = getattr(request, "refused_token", None)
        return f'{challenge}, error="invalid_token", error_description="{refused}"' if refused else challenge

    def issue(self, request: Request, user: AbstractBaseUser, password: str) -> dict[str, object]:
        """Begin a session; return its first access token and refresh token, with their lives in seconds."""
        now = timezone.now()
        return issue_pair(begin_session(request, user, now), now)
