"""Logging out asks every provider, whichever are installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from rest_framework.test import APIClient, APIRequestFactory

from auth_core.urls import list_provider_routes, offer_logout
from auth_core.views import LogoutView
from auth_jwt.models import Session
from tests.dummy_provider.provider import ApiKeyProvider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
LOGIN = {"username": "ada", "password": "ada"}
BASIC = "Basic YWRhOmFkYQ=="
WITHOUT = [app for app in settings.INSTALLED_APPS if app not in ("auth_jwt", "auth_basic")]
Calls = list[tuple[str, bool]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """What the dummy provider, installed last, was asked to end."""
    found: Calls = []

    def revoke(self: Any, request: Any, user: Any, *, everywhere: bool) -> bool:
        found.append((user.username, everywhere))
        return True

    monkeypatch.setattr(ApiKeyProvider, "revoke", revoke)
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "tests.dummy_provider"]):
        yield found


def log_out(body: Any, header: str = BASIC) -> int:
    """Call the view that is served where no provider has a logout of its own."""
    request = APIRequestFactory().post("/", body, headers={"Authorization": header})
    status: int = LogoutView.as_view()(request).status_code
    return status


def test_each_provider_is_asked(api: APIClient, user: Any, calls: Calls) -> None:
    token = api.post("/api/login", LOGIN).json()["accessToken"]
    bearer = APIClient(headers={"Authorization": f"Bearer {token}"})
    assert bearer.post("/api/logout").status_code == 204
    assert bearer.get("/api/me").status_code == 401
    assert calls == [("ada", False)]


def test_everywhere_ends_all_of_all(api: APIClient, user: Any, calls: Calls) -> None:
    user.is_staff = True
    user.save()
    browser = Client()
    browser.post("/admin/login/", LOGIN)
    tokens = [api.post("/api/login", LOGIN).json()["accessToken"] for _ in range(2)]
    assert log_out({"everywhere": True}) == 204
    assert calls == [("ada", True)]
    for token in tokens:
        assert api.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert browser.get("/admin/").status_code == 302


def test_a_provider_that_fails_ends_nothing(
    user: Any, calls: Calls, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> bool:
        raise RuntimeError

    api.post("/api/login", LOGIN)
    monkeypatch.setattr(ApiKeyProvider, "revoke", fail)
    with pytest.raises(RuntimeError):
        LogoutView().post(fake_request(user))
    assert Session.objects.get().revoked_at is None


def fake_request(user: Any) -> Any:
    request = LogoutView().initialize_request(APIRequestFactory().post("/", {"everywhere": True}))
    request.user, request.auth = user, None
    return request


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 204), ({"everywhere": False}, 204), ({"everywhere": 1}, 400), ({"x": True}, 400)],
)
def test_it_works_with_basic_alone(user: Any, body: Any, status: int) -> None:
    with override_settings(INSTALLED_APPS=["auth_basic", *WITHOUT]):
        assert log_out(body) == status
        assert log_out(body, "Basic YWRhOng=") == 401


def test_its_route_is_there_where_no_provider_has_one() -> None:
    def offered() -> list[str]:
        return [str(route.pattern) for route in offer_logout(list_provider_routes("urls"))]

    assert offered() == []
    with override_settings(INSTALLED_APPS=["auth_basic", *WITHOUT]):
        assert offered() == ["logout"]
