"""Classes of packages as they come from PyPI, each made a provider by a few lines.

docs/providers.md quotes them.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import urlencode
from urllib.request import Request as Question
from urllib.request import urlopen

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.base import SessionBase
from django.core.signing import Signer
from django_python3_ldap.auth import LDAPBackend
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.models import get_token_model
from ldap3 import Connection, Server
from ldap3.core.exceptions import LDAPException, LDAPOperationResult
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from oauth2_provider.models import AccessToken
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_api_key.models import APIKey

from auth_core import Authenticated, AuthProvider, Limit, Principal, Unavailable
from auth_core.backend import PolicyBackend
from auth_core.contract import SecondStep
from auth_core.user_lookup import find_user

AUTHORIZATION = {"type": "apiKey", "in": "header", "name": "Authorization"}
BEARER = {"type": "http", "scheme": "bearer"}
READ_ONLY = Limit(actions={"view", "search"})


class TokenProvider(AuthProvider, TokenAuthentication):
    """The tokens of Django REST framework."""

    scheme = "Token"
    openapi: ClassVar = AUTHORIZATION

    def issue(self, request: Request, user: Any) -> dict[str, object]:
        return {"accessToken": Token.objects.get_or_create(user=user)[0].key, "tokenType": "Token"}

    def revoke(self, request: Request, user: Any, *, everywhere: bool) -> bool:
        if not everywhere and not isinstance(request.auth, Token):
            return False
        return bool(Token.objects.filter(user_id=user.pk).delete()[0])


class KnoxProvider(AuthProvider, KnoxAuthentication):  # type: ignore[misc]
    """The tokens of django-rest-knox."""

    scheme = "Token"
    openapi: ClassVar = AUTHORIZATION

    def issue(self, request: Request, user: Any) -> dict[str, object]:
        return {"accessToken": get_token_model().objects.create(user)[1], "tokenType": "Token"}

    def revoke(self, request: Request, user: Any, *, everywhere: bool) -> bool:
        tokens = get_token_model().objects.filter(user_id=user.pk)
        if not everywhere:
            tokens = tokens.filter(pk=getattr(request.auth, "pk", None))
        return bool(tokens.delete()[0])


class KeyProvider(AuthProvider):
    """The keys of djangorestframework-api-key: machines, which read only."""

    scheme = None
    openapi: ClassVar = {"type": "apiKey", "in": "header", "name": "X-Machine-Key"}

    def authenticate(self, request: Request) -> Authenticated | None:
        key = request.headers.get("X-Machine-Key")
        if key is None:
            return None
        if not APIKey.objects.is_valid(key):
            raise AuthenticationFailed
        found = APIKey.objects.get_from_key(key)
        return Authenticated(Principal(found.name), found, READ_ONLY)


class OAuthProvider(AuthProvider, OAuth2Authentication):  # type: ignore[misc]
    """The tokens of django-oauth-toolkit: of users, and of machines (client credentials)."""

    scheme = "Bearer"
    openapi: ClassVar = BEARER
    # It returns None for a token that it does not know, so there is no refusal to count.
    counts_failures = False

    def authenticate(self, request: Request) -> Authenticated | None:
        # The toolkit would also take a token from the address or the body.
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return None
        found = super().authenticate(request._request)  # type: ignore[arg-type]
        if found is None:
            return None
        user, token = found
        limit = None if token.allow_scopes(["write"]) else READ_ONLY
        return Authenticated(user or Principal(token.application.name), token, limit)

    def revoke(self, request: Request, user: Any, *, everywhere: bool) -> bool:
        own = getattr(request.auth, "pk", None) if isinstance(request.auth, AccessToken) else None
        tokens = AccessToken.objects.filter(pk=own)
        if everywhere and user.pk is not None:
            tokens = AccessToken.objects.filter(user_id=user.pk)
        # A refresh token takes its access token with it.
        return bool([getattr(token, "refresh_token", token).revoke() for token in tokens])


class SessionTokenProvider(AuthProvider, XSessionTokenAuthentication):  # type: ignore[misc]
    """The session tokens of django-allauth's headless API for apps."""

    scheme = None
    openapi: ClassVar = {"type": "apiKey", "in": "header", "name": "X-Session-Token"}
    # Refuse a token that is not known, so that it is audited and counted.
    allow_invalid_session_tokens = allow_anonymous_users = False

    def revoke(self, request: Request, user: Any, *, everywhere: bool) -> bool:
        # The core ends all sessions of the user by itself.
        if isinstance(request.auth, SessionBase):
            request.auth.flush()
        return isinstance(request.auth, SessionBase)


class DirectoryBackend(LDAPBackend, PolicyBackend):  # type: ignore[misc]
    """The passwords of a directory, by django-python3-ldap."""

    remembers = True

    def authenticate(self, *args: Any, **credentials: Any) -> Any:
        user = super().authenticate(*args, **credentials)
        if user is None:
            require_directory()
        return user


def require_directory() -> None:
    """Raise Unavailable if the directory does not answer: the package takes that for a wrong
    password.
    """
    server = Server(settings.LDAP_AUTH_URL, connect_timeout=settings.LDAP_AUTH_CONNECT_TIMEOUT)
    wait = settings.LDAP_AUTH_RECEIVE_TIMEOUT
    connection = Connection(server, receive_timeout=wait, raise_exceptions=True)
    try:
        with suppress(LDAPOperationResult):
            connection.bind()
    except LDAPException as error:
        raise Unavailable from error
    finally:
        connection.unbind()


def give_roles(user: Any, attributes: Any, *, connection: Any = None, dn: Any = None) -> None:
    """Give a user the roles that the directory names. LDAP_AUTH_SYNC_USER_RELATIONS names it."""
    user.groups.set(Group.objects.filter(name__in=attributes.get("employeeType", [])))


class GatewayProvider(AuthProvider):
    """The user whom a gateway names, if the request comes from a gateway."""

    scheme = None
    openapi: ClassVar = {"type": "apiKey", "in": "header", "name": "X-Gateway-User"}

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        name = request.headers.get("X-Gateway-User")
        if name is None or request.META["REMOTE_ADDR"] not in settings.GATEWAYS:
            return None
        return find_user("username", name), None


class ScopedKeyProvider(AuthProvider):
    """Signed keys of users, which may be for reading only."""

    scheme = None
    openapi: ClassVar = {"type": "apiKey", "in": "header", "name": "X-Scoped-Key"}

    def authenticate(self, request: Request) -> Authenticated | None:
        key = request.headers.get("X-Scoped-Key")
        if key is None:
            return None
        # A wrong signature is a 401 too.
        user, scope = Signer(salt="scoped key").unsign_object(key)
        return Authenticated(find_user("pk", user), key, READ_ONLY if scope == "read" else None)


class IntrospectionProvider(AuthProvider):
    """Tokens of another server, which is asked about each of them (RFC 7662)."""

    scheme = "Bearer"
    openapi: ClassVar = BEARER
    counts_failures = False

    def authenticate(self, request: Request) -> Authenticated | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != self.scheme:
            return None
        question = Question(settings.INTROSPECTION_URL, urlencode({"token": token}).encode())
        with urlopen(question, timeout=1) as answer:
            found = json.load(answer)
        if not found["active"]:
            return None
        limit = None if "write" in found["scope"].split() else READ_ONLY
        return Authenticated(find_user("username", found["username"]), found, limit)


class MagicProvider(SecondStep):
    """A login by a link, at a route of the plugin's. Requests carry no credentials of it."""
