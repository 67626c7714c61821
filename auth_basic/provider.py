"""The Basic provider: username and password in the Authorization header (RFC 7617)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from auth_basic.credentials import decode_credentials, encode_credentials
from auth_core import AuthProvider
from auth_core.login import admit_request


class BasicProvider(AuthProvider):
    scheme = "Basic"
    openapi: ClassVar = {"type": "http", "scheme": "basic"}
    _password: str | None = None

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, None] | None:
        """Return (user, `None`) for a right password.

        Raises AuthenticationFailed for a wrong or missing password.
        """
        scheme, _, credentials = get_authorization_header(request).partition(b" ")
        if scheme != self.scheme.encode():
            return None
        try:
            username, password = decode_credentials(credentials)
        except ValueError:
            text = "The Basic credentials are malformed"
            raise AuthenticationFailed(text, "malformed") from None
        return admit_request(request, username, password, provider=self.name), None

    def find_authentication_time(self, request: Request | HttpRequest) -> datetime:
        """Return the present time: each request has the password."""
        return timezone.now()

    def renew(self, request: Request, user: AbstractBaseUser) -> bool:
        """Do nothing, as the next request has the password."""
        return True

    def challenge_for(self, request: Request) -> str:
        return f'{super().challenge_for(request)}, charset="UTF-8"'

    def permit_login(
        self, request: Request | HttpRequest, user: AbstractBaseUser, credentials: Mapping[str, Any]
    ) -> None:
        """Refuse nothing; keep the password, from which issue() makes the token."""
        self._password = credentials.get("password")

    def issue(self, request: Request, user: AbstractBaseUser) -> dict[str, object] | None:
        """Return `{accessToken, tokenType}`; `None` for a login without a password, and for a name
        or password that the header cannot carry.
        """
        if self._password is None:
            return None
        try:
            token = encode_credentials(user.get_username(), self._password)
        except ValueError:
            return None
        return {"accessToken": token, "tokenType": self.scheme}
