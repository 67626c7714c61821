"""A provider of one's own: an app with one line in its AppConfig takes part in everything."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import URLResolver
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIClient

from auth_core.authentication import ProviderAuthentication
from auth_core.contract import AuthProvider
from auth_core.registry import installed_providers
from auth_core.urls import list_provider_routes
from tests.dummy_provider.provider import ApiKeyProvider


@pytest.fixture(autouse=True)
def dummy_installed_first() -> Iterator[None]:
    with override_settings(INSTALLED_APPS=["tests.dummy_provider", *settings.INSTALLED_APPS]):
        yield


def log_in(api: APIClient) -> Any:
    return api.post("/api/login", {"username": "admin", "password": "admin"}).json()


def ask(api: APIClient, header: str) -> Any:
    return api.get("/api/me", headers={"Authorization": header})


def test_login_hands_out_its_token_and_the_token_opens(api: APIClient, admin: Any) -> None:
    answer = log_in(api)
    assert answer["tokenType"] == "ApiKey"
    assert ask(api, f"ApiKey {answer['accessToken']}").json()["username"] == "admin"
    assert ask(api, f"apikey {answer['accessToken']}").status_code == 200


@pytest.mark.parametrize("key", ["", "x", "x:y", "\0", "00000000-0000-0000-0000-000000000000:x"])
def test_a_wrong_key_is_refused(api: APIClient, admin: Any, key: str) -> None:
    assert ask(api, f"ApiKey {key}").status_code == 401


def test_the_other_providers_still_work(api: APIClient, admin: Any) -> None:
    assert ask(api, "Basic YWRtaW46YWRtaW4=").status_code == 200


def test_its_challenge_joins_the_others_in_the_order_of_the_apps(api: APIClient) -> None:
    expected = 'ApiKey realm="api", Bearer realm="api", Basic realm="api", charset="UTF-8"'
    assert api.get("/api/me")["WWW-Authenticate"] == expected


def test_openapi_offers_it_as_an_alternative(api: APIClient) -> None:
    schema = api.get("/api/schema").json()
    described = schema["components"]["securitySchemes"]["dummy_provider"]
    assert described.items() >= dict(ApiKeyProvider.openapi).items()
    # The first that issues tokens comes last, where generated clients look.
    names = ("auth_basic", "auth_jwt", "dummy_provider")
    assert schema["paths"]["/api/me"]["get"]["security"] == [{name: []} for name in names]
    assert schema["paths"]["/api/login"]["post"]["security"] == []


def test_an_inactive_user_is_refused_centrally(
    api: APIClient, admin: Any, another_admin: Any
) -> None:
    key = log_in(api)["accessToken"]
    admin.is_active = False
    admin.save()
    assert ask(api, f"ApiKey {key}").status_code == 401


class MixedIn(AuthProvider, TokenAuthentication):
    """DRF's own class, made a provider by its bases and two attributes."""

    scheme = "Token"
    openapi: ClassVar = {"type": "apiKey", "in": "header", "name": "Authorization"}

    def authenticate_credentials(self, key: str) -> Any:
        if key != "right":
            raise AuthenticationFailed("The key is wrong")
        return ACTIVE, key


class Person:
    is_active = True


ACTIVE = Person()


def test_a_class_of_drf_becomes_a_provider_by_mixing_it_in(rf: Any) -> None:
    provider = MixedIn()
    assert provider.authenticate(
        Request(rf.get("/", headers={"Authorization": "Token right"}))
    ) == (ACTIVE, "right")
    assert (
        provider.authenticate(Request(rf.get("/", headers={"Authorization": "Other right"})))
        is None
    )
    assert provider.challenge_for(Request(rf.get("/"))) == 'Token realm="api"'
    assert provider.issue(Request(rf.get("/")), ACTIVE) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error", [ValueError("secret"), UnicodeError(), TypeError(), KeyError(), OverflowError()]
)
def test_a_provider_that_breaks_on_its_input_is_a_401_and_a_log_line_without_the_input(
    db: None,
    rf: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    def break_down(self: ApiKeyProvider, request: Request) -> None:
        raise error

    monkeypatch.setattr(ApiKeyProvider, "authenticate", break_down)
    with pytest.raises(AuthenticationFailed):
        ProviderAuthentication().authenticate(
            Request(rf.get("/", headers={"Authorization": "ApiKey x"}))
        )
    assert "ApiKeyProvider" in caplog.text
    assert type(error).__name__ in caplog.text
    assert "secret" not in caplog.text


def test_a_fault_that_is_not_of_the_input_is_not_hidden(
    rf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def break_down(self: ApiKeyProvider, request: Request) -> None:
        raise OperationalError

    monkeypatch.setattr(ApiKeyProvider, "authenticate", break_down)
    with pytest.raises(OperationalError):
        ProviderAuthentication().authenticate(Request(rf.get("/")))


def test_the_contract_leaves_authenticate_to_the_other_base() -> None:
    assert "authenticate" not in vars(AuthProvider)


def test_every_request_has_its_own_instances() -> None:
    first, second = list(installed_providers()), list(installed_providers())
    assert [type(provider) for provider in first] == [type(provider) for provider in second]
    assert not set(map(id, first)) & set(map(id, second))


def install_without_sessions(*apps: str) -> override_settings:
    """Install the apps besides those that bring no routes."""
    others = [app for app in settings.INSTALLED_APPS if app != "auth_jwt"]
    return override_settings(INSTALLED_APPS=[*others, *apps])


def test_a_provider_without_urls_mounts_none() -> None:
    with install_without_sessions():
        assert list_provider_routes("urls") == []


def test_a_provider_with_urls_has_them_mounted() -> None:
    with install_without_sessions("tests.routed_provider"):
        (routes,) = list_provider_routes("urls")
    assert isinstance(routes, URLResolver)
    assert [str(route.pattern) for route in routes.url_patterns] == ["keys"]


def test_a_provider_with_broken_urls_is_not_taken_for_one_without() -> None:
    with (
        install_without_sessions("tests.misrouted_provider"),
        pytest.raises(ImportError, match="no_such_module"),
    ):
        list_provider_routes("urls")
