"""Providers of one scheme stand side by side, in any order, with one challenge."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any, ClassVar

import jwt
import pytest
from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import override_settings
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIClient

from auth_core import AuthProvider
from tests.graph import ask
from tests.rest import assert_problem

pytestmark = pytest.mark.django_db
BEARER: Any = {"type": "http", "scheme": "bearer"}
INVALID = 'error="invalid_token", error_description="The token is invalid or expired"'
KEY = "a key of another issuer, which signs its tokens itself"


class OpaqueProvider(AuthProvider, TokenAuthentication):
    """DRF's own class, which refuses every token that it does not know."""

    scheme = keyword = "Bearer"
    openapi: ClassVar = BEARER

    def authenticate_credentials(self, key: str) -> Any:
        if key != "opaque":
            raise AuthenticationFailed("Invalid token.")
        return get_user_model().objects.get(username="ada"), key


class IssuerProvider(AuthProvider):
    """The tokens of another issuer."""

    scheme = "Bearer"
    openapi: ClassVar = BEARER

    def authenticate(self, request: Request) -> Any:
        _, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        try:
            claims = jwt.decode(token, KEY, ["HS256"], issuer="https://other")
        except jwt.InvalidTokenError:
            return None
        return get_user_model().objects.get(username=claims["sub"]), claims


class OpaqueConfig(AppConfig):
    name, label = "tests.dummy_provider", "opaque"
    auth_provider = f"{__name__}.OpaqueProvider"


class IssuerConfig(AppConfig):
    name, label = "tests.routed_provider", "issuer"
    auth_provider = f"{__name__}.IssuerProvider"


APPS = ("auth_jwt", f"{__name__}.OpaqueConfig", f"{__name__}.IssuerConfig")
OTHERS = [app for app in settings.INSTALLED_APPS if app != "auth_jwt"]


def installed(*apps: str) -> override_settings:
    return override_settings(INSTALLED_APPS=[*apps, *OTHERS])


@pytest.fixture(params=permutations(APPS), ids=lambda apps: "-".join(app[-12:] for app in apps))
def any_order(request: Any) -> Iterator[None]:
    with installed(*request.param):
        yield


def make_tokens(api: APIClient) -> dict[str, str]:
    login = api.post("/api/login", {"username": "ada", "password": "ada"}).json()
    other = jwt.encode({"iss": "https://other", "sub": "ada"}, KEY)
    return {"own": login["accessToken"], "other": other, "opaque": "opaque"}


@pytest.mark.usefixtures("any_order")
def test_each_accepts_its_own_tokens_on_every_surface(api: APIClient, user: Any) -> None:
    for name, token in make_tokens(api).items():
        client = APIClient(headers={"Authorization": f"bearer {token}"})
        assert client.get("/api/me").json()["username"] == "ada", name
        assert ask(client, "{ userInfo { username } }")["data"]["userInfo"]["username"] == "ada"


BAD = {
    "no token": "Bearer",
    "garbage": "Bearer garbage",
    "two": "Bearer a b",
    "forged": f"Bearer {jwt.encode({'iss': 'django-auth-service'}, KEY)}",
    "of a stranger": f"Bearer {jwt.encode({'iss': 'https://stranger'}, KEY)}",
    "without an issuer": f"Bearer {jwt.encode({}, KEY)}",
    "deep": f"Bearer e30.{'W1tb' * 1500}.x",
    "long": f"Bearer {'a' * 12_000}",
}


@pytest.mark.usefixtures("any_order")
@pytest.mark.parametrize("header", BAD.values(), ids=BAD)
def test_a_token_of_nobody_is_refused_with_one_challenge(api: APIClient, header: str) -> None:
    response = api.get("/api/customers", headers={"Authorization": header})
    assert_problem(response, 401)
    assert response["WWW-Authenticate"].count("Bearer") == 1
    answer = ask(APIClient(headers={"Authorization": header}), "{ userInfo { username } }")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("header", BAD.values(), ids=BAD)
def test_auth_jwt_alone_refuses_every_bad_token(api: APIClient, header: str) -> None:
    for path in ("/api/customers", "/api/me"):
        response = api.get(path, headers={"Authorization": header})
        assert_problem(response, 401)
        assert INVALID in response["WWW-Authenticate"]
    answer = ask(APIClient(headers={"Authorization": header}), "{ customers { id } }")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_the_challenge_is_that_of_the_provider_which_refused(api: APIClient) -> None:
    ours = f"Bearer {jwt.encode({'iss': 'django-auth-service'}, KEY)}"
    with installed(APPS[2], APPS[0]):
        response = api.get("/api/me", headers={"Authorization": ours})
    assert INVALID in response["WWW-Authenticate"]


def test_the_document_names_every_provider(api: APIClient) -> None:
    with installed(*APPS):
        document = api.get("/api/schema").json()
    schemes = document["components"]["securitySchemes"]
    assert sorted(schemes) == ["auth_basic", "auth_jwt", "issuer", "opaque"]
    assert {"issuer": []} in document["paths"]["/api/me"]["get"]["security"]
