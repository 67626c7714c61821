"""The Bearer provider: JSON Web Tokens in the Authorization header (RFC 6750)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError

from auth_core import AuthProvider
from auth_core.failures import EXPIRED
from auth_core.login_time import find_login_time
from auth_jwt.kinds import ACCESS, NAME, SCHEME
from auth_jwt.logout import end_all_sessions, end_session
from auth_jwt.models import Session
from auth_jwt.refresh_cookie import hide_refresh_token
from auth_jwt.revocation import revoke
from auth_jwt.serializers import TokenPairSerializer
from auth_jwt.session_limit import begin_within_limit
from auth_jwt.sessions import find_session, sessions_of, touch_session
from auth_jwt.tokens import BadTokenError, EndedTokenError, is_foreign, issue_pair, read_token


class BearerProvider(AuthProvider, JWTAuthentication):
    name = NAME
    scheme = SCHEME
    openapi: ClassVar = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    # Nobody guesses a signature.
    counts_failures = False
    login_answer = TokenPairSerializer

    def __init__(self) -> None:
        """Leave out SimpleJWT's, which looks the user model up: find_session() knows it."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return (user, session) for a good token; `None` for a token of another issuer.

        Raises AuthenticationFailed, with the same text for every bad token of ours.

        Costs one query, and once a minute another.
        """
        try:
            accepted: tuple[Any, Any] | None = super().authenticate(request)
        except (AuthenticationFailed, TokenError) as error:
            refusal = str(BadTokenError())
            request.refused_token = refusal  # type: ignore[attr-defined]
            if is_foreign(get_authorization_header(request).split()[-1]):
                return None
            code = EXPIRED if isinstance(error, EndedTokenError) else None
            raise AuthenticationFailed(refusal, code) from None
        if accepted:
            touch_session(accepted[1], timezone.now())
        return accepted

    def get_validated_token(self, raw_token: bytes) -> Any:
        """Return the live session of a token, which is what the rest of SimpleJWT's class takes for
        the token.
        """
        now = timezone.now()
        return find_session(read_token(ACCESS, raw_token.decode("ascii"), now), now)

    def get_user(self, validated_token: Any) -> Any:
        return validated_token.user

    def challenge_for(self, request: Request) -> str | None:
        """Add the error code only if a token was sent and refused (RFC 6750, section 3.1)."""
        challenge = super().challenge_for(request)
        refusal = getattr(request, "refused_token", None)
        if not refusal:
            return challenge
        return f'{challenge}, error="invalid_token", error_description="{refusal}"'

    def revoke(self, request: Request, user: Any, *, everywhere: bool) -> bool:
        """End the session of the access token, or all sessions of the user."""
        now = timezone.now()
        if everywhere:
            return bool(end_all_sessions(request, user, now))
        session = request.auth
        return isinstance(session, Session) and bool(end_session(request, session, now))

    def revoke_others(self, request: Request, user: Any) -> None:
        now = timezone.now()
        others = sessions_of(user, now)
        if isinstance(request.auth, Session):
            others = others.exclude(pk=request.auth.pk)
        revoke(others, user, now, request=request, reason="all others")

    def find_authentication_time(self, request: Request | HttpRequest) -> datetime | None:
        session = getattr(request, "auth", None)
        return session.authenticated_at if isinstance(session, Session) else None

    def renew(self, request: Request, user: AbstractBaseUser) -> bool:
        """Note it with the session. Its tokens stay, and a refresh renews nothing."""
        live = Session.objects.live(timezone.now()).filter(pk=request.auth.pk)
        return bool(live.update(authenticated_at=find_login_time(request)))

    def issue(self, request: Request, user: AbstractBaseUser) -> dict[str, object]:
        """Begin a session; return its first access token and refresh token, with their lives in
        seconds. With JWT_REFRESH_COOKIE the refresh token is in a cookie instead.
        """
        now = timezone.now()
        return hide_refresh_token(request, issue_pair(begin_within_limit(request, user, now), now))
