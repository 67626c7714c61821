"""A request with two kinds of credentials: the plugin that AUTH_PLUGINS names first decides."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from auth_apikey.provider import ApiKeyProvider
from auth_basic.provider import BasicProvider
from auth_core.carriers import share_place
from auth_jwt.provider import BearerProvider
from auth_proxy.provider import ProxyProvider
from auth_session.provider import SessionProvider
from tests.plugins.apikeys import make_key


@pytest.mark.django_db
def test_a_bad_key_is_refused_beside_the_header_of_a_proxy(user: Any, admin: Any) -> None:
    name = admin.get_username()
    client = APIClient(headers={"X-Forwarded-User": f"{settings.PROXY_SECRET} {name}"})
    assert client.get("/api/me").json()["username"] == name
    assert client.get("/api/me", headers={"X-API-Key": "sk_wrong"}).status_code == 401
    own = client.get("/api/me", headers={"X-API-Key": make_key(user)})
    assert own.json()["username"] == user.get_username()


def test_two_share_a_place_by_their_scheme_their_header_or_their_cookie() -> None:
    class OtherKeys(ApiKeyProvider):
        openapi: ClassVar = {"type": "apiKey", "in": "header", "name": "x-api-key"}

    key, token = ApiKeyProvider(), BearerProvider()
    assert share_place(key, OtherKeys())
    assert share_place(token, BearerProvider())
    assert not share_place(key, SessionProvider())
    assert not share_place(key, ProxyProvider())
    assert not share_place(token, BasicProvider())
    assert not share_place(token, key)
