"""The conformance kit: a class of pytest that any provider runs unchanged.

Derive a class, say how to make credentials, and install the provider's app for the tests:

    class TestMyProvider(ProviderKit):
        name = "my_keys"

        def make_headers(self, user):
            return {"Authorization": f"ApiKey {make_key(user)}"}

It needs pytest and pytest-django, which a service does not install.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from rest_framework.exceptions import AuthenticationFailed

from auth_core.audit import recently_recorded
from auth_core.contract import AuthProvider
from auth_core.lockout.guard import counters
from auth_core.lockout.unlocking import forget_failures
from auth_core.models import AuthEvent, EventName
from auth_core.registry import installed_providers, make_provider, providing_apps

Headers = Mapping[str, str]
QUERY = {"query": "{ userInfo { username } }"}
HOSTILE = ("", " ", "x", "=", "\x7f", "\xff", "é", ".", "..", "a" * 10_000, "a b c", "e30.e30.e30")


class RefusingProvider(AuthProvider):
    """Refuses every credential of a scheme, as most authentication classes of DRF do."""

    name = "refusing"
    openapi: ClassVar = {"type": "http", "scheme": "bearer"}

    def authenticate(self, request: Any) -> Any:
        raise AuthenticationFailed


@pytest.mark.django_db
class ProviderKit(ABC):
    """The promises that the service makes for every provider."""

    name: ClassVar[str]
    """The provider's name."""
    revocable: ClassVar[bool] = False
    """Whether a logout ends the credentials."""
    has_user: ClassVar[bool] = True
    """Whether the caller is the given user, not a caller without a row."""

    @abstractmethod
    def make_headers(self, user: Any) -> Headers:
        """Return the headers of a request with good credentials of this user."""

    def make_bad_headers(self) -> Headers:
        """Return the headers of a request with bad credentials."""
        return {"Authorization": f"{self.provider.scheme} bad"}

    @property
    def provider(self) -> AuthProvider:
        return next(each for each in installed_providers() if each.name == self.name)

    @pytest.fixture
    def caller(self, db: None) -> Any:
        recently_recorded.clear()
        # Redis may know the failures of an earlier run.
        forget_failures("conformance")
        counters().clear("address:127.0.0.1")
        user = get_user_model()._default_manager.create(username="conformance")
        user.set_password("a password of the kit")
        user.save()
        return user

    @pytest.fixture
    def headers(self, caller: Any) -> Headers:
        return self.make_headers(caller)

    def ask(self, headers: Headers) -> Any:
        return Client().get("/api/me", headers=headers)

    def log_out(self, headers: Headers) -> Any:
        path, form = "/api/logout", "application/json"
        return Client().post(path, {}, content_type=form, headers=headers)

    def ask_graphql(self, headers: Headers) -> Any:
        answer = Client().post(
            reverse("graphql"), QUERY, content_type="application/json", headers=headers
        )
        return answer.json()

    def test_good_credentials_open_every_surface(self, caller: Any, headers: Headers) -> None:
        answer = self.ask(headers)
        assert answer.status_code == 200, answer.content
        name = answer.json()["username"]
        assert self.ask_graphql(headers)["data"]["userInfo"]["username"] == name
        assert not self.has_user or name == caller.get_username()

    def test_bad_credentials_are_a_401_everywhere(self, caller: Any) -> None:
        answer = self.ask(self.make_bad_headers())
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
        assert "WWW-Authenticate" in answer
        (error,) = self.ask_graphql(self.make_bad_headers())["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"

    def test_a_401_has_its_challenge_once(self, caller: Any) -> None:
        scheme = self.provider.scheme
        challenges = self.ask({})["WWW-Authenticate"]
        assert scheme is None or challenges.count(f'{scheme} realm="') == 1

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_credentials_are_a_401(self, caller: Any, headers: Headers, text: str) -> None:
        (name, good), *_ = headers.items()
        scheme = good.partition(" ")[0] if self.provider.scheme else ""
        answer = self.ask({name: f"{scheme} {text}".strip(" ")})
        assert answer.status_code == 401
        assert b"Traceback" not in answer.content

    def test_the_letter_case_of_the_scheme_does_not_count(self, headers: Headers) -> None:
        if self.provider.scheme is None:
            return
        scheme, _, rest = headers["Authorization"].partition(" ")
        for spelling in (scheme.upper(), scheme.lower()):
            assert self.ask({"Authorization": f"{spelling} {rest}"}).status_code == 200

    def test_an_inactive_user_is_refused(self, caller: Any, headers: Headers) -> None:
        if not self.has_user:
            return
        caller.is_active = False
        caller.save()
        assert self.ask(headers).status_code == 401

    def test_openapi_has_it(self, caller: Any) -> None:
        document = Client().get("/api/schema").json()
        found = document["components"]["securitySchemes"][self.name]
        assert found == dict(self.provider.openapi)
        assert {self.name: []} in document["paths"]["/api/me"]["get"]["security"]

    def test_a_refusal_is_audited(self, caller: Any) -> None:
        self.ask(self.make_bad_headers())
        event = AuthEvent.objects.filter(event=EventName.FAILURE).get()
        # Of providers that share a scheme, the first that refuses is named.
        alike = [each.name for each in installed_providers() if each.scheme == self.provider.scheme]
        assert event.provider in (*alike, "")

    def test_an_outage_is_a_503(self, headers: Headers, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise TimeoutError

        monkeypatch.setattr(type(self.provider), "authenticate", fail)
        assert self.ask(headers).status_code == 503

    @pytest.mark.parametrize("first", [True, False])
    def test_another_of_its_scheme_may_stand_beside_it(
        self, headers: Headers, monkeypatch: pytest.MonkeyPatch, first: bool
    ) -> None:
        if self.provider.scheme is None:
            return
        monkeypatch.setattr(RefusingProvider, "scheme", self.provider.scheme, raising=False)
        own = [make_provider(app) for app in providing_apps()]
        both = [RefusingProvider(), *own] if first else [*own, RefusingProvider()]
        monkeypatch.setattr("auth_core.authentication.installed_providers", lambda: iter(both))
        assert self.ask(headers).status_code == 200

    def test_a_logout_ends_it(self, headers: Headers) -> None:
        if not self.revocable:
            return
        assert self.log_out(headers).status_code == 204
        assert self.ask(headers).status_code == 401
