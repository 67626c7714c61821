"""The conformance kit, run by our providers and by classes of packages unchanged from PyPI.

It is a run of its own, with settings of its own: `uv run pytest tests/packaged`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from django.core.signing import Signer
from django.http import HttpRequest
from django.test import Client, override_settings
from django.utils import timezone
from oauth2_provider.models import AccessToken, get_application_model
from rest_framework.request import Request
from rest_framework_api_key.models import APIKey

from auth_core.testing import Headers, ProviderKit
from auth_core.testing.facts import CREDENTIALS
from auth_jwt.sessions import begin_session
from auth_jwt.tokens import issue_pair


class TestBearer(ProviderKit):
    name = "auth_jwt"
    revocable = True

    def make_headers(self, user: Any) -> Headers:
        now = timezone.now()
        pair = issue_pair(begin_session(Request(HttpRequest()), user, now), now)
        return {"Authorization": f"Bearer {pair['accessToken']}"}


class TestBasic(ProviderKit):
    name = "auth_basic"
    takes_passwords = True

    def make_headers(self, user: Any) -> Headers:
        pair = b64encode(b"conformance:a password of the kit").decode()
        return {"Authorization": f"Basic {pair}"}


class TestToken(ProviderKit):
    name = "drf_token"
    revocable = True

    def make_headers(self, user: Any) -> Headers:
        issued: Any = self.provider.issue(Request(HttpRequest()), user)
        return {"Authorization": f"Token {issued['accessToken']}"}


class TestKnox(TestToken):
    name = "knox_token"


class TestKey(ProviderKit):
    name = "api_key"
    has_user = False

    def make_headers(self, user: Any) -> Headers:
        return {"X-Machine-Key": APIKey.objects.create_key(name="billing")[1]}

    def make_bad_headers(self) -> Headers:
        return {"X-Machine-Key": "bad"}


def make_oauth_header(user: Any, scope: str) -> Headers:
    application = get_application_model().objects.create(name="billing", user=user)
    token = AccessToken.objects.create(
        user=user,
        application=application,
        token=uuid4().hex,
        scope=scope,
        expires=timezone.now() + timedelta(hours=1),
    )
    return {"Authorization": f"Bearer {token.token}"}


class TestOAuth(ProviderKit):
    name = "oauth"
    revocable = True

    def make_headers(self, user: Any) -> Headers:
        return make_oauth_header(user, "read write")

    def make_limited_headers(self, user: Any) -> Headers:
        return make_oauth_header(user, "read")


class TestOAuthMachine(ProviderKit):
    """A token of the client credentials grant, as the toolkit issues it."""

    name = "oauth"
    has_user = False
    revocable = True

    def make_headers(self, user: Any) -> Headers:
        kind = get_application_model()
        application = kind.objects.create(
            name="billing",
            client_type=kind.CLIENT_CONFIDENTIAL,
            authorization_grant_type=kind.GRANT_CLIENT_CREDENTIALS,
            client_secret="secret",
        )
        pair = b64encode(f"{application.client_id}:secret".encode()).decode()
        answer = Client().post(
            "/o/token/",
            {"grant_type": "client_credentials", "scope": "read write"},
            headers={"Authorization": f"Basic {pair}"},
        )
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


class TestAllauth(ProviderKit):
    """The session token of the headless API, after a login there."""

    name = "allauth_token"
    revocable = True

    def make_headers(self, user: Any) -> Headers:
        answer = self.send("/_allauth/app/v1/auth/login", CREDENTIALS)
        return {"X-Session-Token": answer.json()["meta"]["session_token"]}

    def make_bad_headers(self) -> Headers:
        return {"X-Session-Token": "bad"}


class TestGateway(ProviderKit):
    name = "gateway"

    def make_headers(self, user: Any) -> Headers:
        return {"X-Gateway-User": user.get_username()}

    def make_bad_headers(self) -> Headers:
        return {"X-Gateway-User": "nobody"}


class TestScopedKey(ProviderKit):
    name = "scoped_key"

    def make_headers(self, user: Any, scope: str = "write") -> Headers:
        key = Signer(salt="scoped key").sign_object([str(user.pk), scope])
        return {"X-Scoped-Key": key}

    def make_limited_headers(self, user: Any) -> Headers:
        return self.make_headers(user, "read")

    def make_bad_headers(self) -> Headers:
        return {"X-Scoped-Key": "bad"}


class TestIntrospection(ProviderKit):
    name = "introspection"

    @pytest.fixture(autouse=True)
    def installed(self, authority: str, settings: Any) -> Iterator[None]:
        apps = [*settings.INSTALLED_APPS, "tests.packaged.introspection"]
        with override_settings(INSTALLED_APPS=apps, INTROSPECTION_URL=authority):
            yield

    def make_headers(self, user: Any) -> Headers:
        return {"Authorization": f"Bearer write-{user.get_username()}"}

    def make_limited_headers(self, user: Any) -> Headers:
        return {"Authorization": f"Bearer read-{user.get_username()}"}

    def test_a_server_that_hangs_is_a_503_within_its_bound(self, caller: Any) -> None:
        begun = monotonic()
        answer = self.ask({"Authorization": "Bearer hang-conformance"})
        assert (answer.status_code, "Retry-After" in answer) == (503, True)
        assert monotonic() - begun < 5
