"""The session provider: Django's session cookie, with CSRF tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.functional import classproperty
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from auth_core import AuthProvider
from auth_core.carriers import FIELD
from auth_core.origins import refuse_foreign_origin
from auth_core.signals import note_login_time, read_login_time
from auth_session.csrf import explain_remedy, require_token
from auth_session.sessions import begin_session, find_user_of, is_malformed


class SessionAnswer(serializers.Serializer[Any]):
    csrfToken = serializers.CharField(  # noqa: N815 (the name on the wire)
        help_text="For the header X-CSRFToken, as in the cookie csrftoken."
    )


class SessionProvider(AuthProvider):
    """Takes the cookie of a login by the API, and of a login in the admin: they are the same.

    A request with an Authorization header is not looked at, so that it needs no CSRF token.
    """

    scheme = None
    # A key of 32 random characters cannot be guessed.
    counts_failures = False
    login_answer: ClassVar = SessionAnswer

    @classproperty
    def openapi(cls) -> Mapping[str, Any]:  # noqa: N805
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": f"For requests other than GET: {explain_remedy()}",
        }

    def authenticate(self, request: Request) -> tuple[Any, SessionBase] | None:
        """Return (user, session); `None` without a cookie, and for a session that ended: browsers
        keep sending such a cookie.

        Raises AuthenticationFailed for a malformed cookie, and PermissionDenied without the token.
        """
        plain: HttpRequest = request._request  # noqa: SLF001
        if FIELD in request.META:
            return None
        if is_malformed(plain):
            raise AuthenticationFailed("The session cookie is malformed", "malformed")
        user = find_user_of(plain.session)
        if user is None:
            return None
        require_token(plain)
        return user, plain.session

    def issue(self, request: Request, user: AbstractBaseUser) -> dict[str, object]:
        """Set the cookies of a new session and of its CSRF token; return `{csrfToken}`.

        Raises PermissionDenied for a page of another site, which would log its visitor in as
        another user (login CSRF).
        """
        plain: HttpRequest = getattr(request, "_request", request)
        refuse_foreign_origin(plain)
        begin_session(plain, user)
        return {"csrfToken": get_token(plain)}

    def find_authentication_time(self, request: Request | HttpRequest) -> datetime | None:
        plain: HttpRequest = getattr(request, "_request", request)
        return read_login_time(plain.session)

    def renew(self, request: Request, user: AbstractBaseUser) -> bool:
        note_login_time(request._request)  # noqa: SLF001
        return True

    def revoke(self, request: Request, user: Any, *, everywhere: bool) -> bool:
        """End the session that the request came with, and delete its cookie.

        With `everywhere` the core ends the user's other sessions.
        """
        if not isinstance(request.auth, SessionBase):
            return False
        logout(request._request)  # noqa: SLF001
        return True
