"""The conformance kit, run by our providers and by classes of packages unchanged from PyPI.

It is a run of its own, with settings of its own: `uv run pytest tests/packaged`.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework_api_key.models import APIKey

from auth_core.testing import Headers, ProviderKit
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
        return {"X-Api-Key": APIKey.objects.create_key(name="billing")[1]}

    def make_bad_headers(self) -> Headers:
        return {"X-Api-Key": "bad"}
