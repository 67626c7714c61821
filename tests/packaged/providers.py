"""Classes of packages as they come from PyPI, each made a provider by a few lines."""

from __future__ import annotations

from typing import Any, ClassVar

from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.models import get_token_model
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_api_key.models import APIKey

from auth_core import Authenticated, AuthProvider, Limit, Principal

AUTHORIZATION = {"type": "apiKey", "in": "header", "name": "Authorization"}


class TokenProvider(AuthProvider, TokenAuthentication):
    """The tokens of Django REST framework."""

    scheme = "Token"
    openapi: ClassVar = AUTHORIZATION

    def issue(self, request: Request, user: Any) -> dict[str, object]:
        return {"accessToken": Token.objects.get_or_create(user=user)[0].key, "tokenType": "Token"}

    def revoke(self, request: Request, user: Any, *, everywhere: bool) -> bool:
        if not everywhere and not isinstance(request.auth, Token):
            return False
        return bool(Token.objects.filter(user=user).delete()[0])


class KnoxProvider(AuthProvider, KnoxAuthentication):  # type: ignore[misc]
    """The tokens of django-rest-knox."""

    scheme = "Token"
    openapi: ClassVar = AUTHORIZATION

    def issue(self, request: Request, user: Any) -> dict[str, object]:
        return {"accessToken": get_token_model().objects.create(user)[1], "tokenType": "Token"}

    def revoke(self, request: Request, user: Any, *, everywhere: bool) -> bool:
        tokens = get_token_model().objects.filter(user=user)
        if not everywhere:
            tokens = tokens.filter(pk=getattr(request.auth, "pk", None))
        return bool(tokens.delete()[0])


class KeyProvider(AuthProvider):
    """The keys of djangorestframework-api-key: machines, which read only."""

    scheme = None
    openapi: ClassVar = {"type": "apiKey", "in": "header", "name": "X-Api-Key"}

    def authenticate(self, request: Request) -> Authenticated | None:
        key = request.headers.get("X-Api-Key")
        if key is None:
            return None
        if not APIKey.objects.is_valid(key):
            raise AuthenticationFailed
        found = APIKey.objects.get_from_key(key)
        return Authenticated(Principal(found.name), found, Limit(actions={"view", "search"}))
