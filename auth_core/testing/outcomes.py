"""What becomes of credentials: good, bad, hostile, and not to be checked now."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from rest_framework.exceptions import AuthenticationFailed

from auth_core.contract import AuthProvider
from auth_core.registry import make_provider, providing_apps
from auth_core.testing.facts import Facts, Headers, find_code, need

HOSTILE = ("", " ", "x", "=", "\x7f", "\xff", "é", ".", "..", "a" * 10_000, "a b c", "e30.e30.e30")
# What an authentication class of DRF may return, and must not be a caller.
ODD = {"a token without a user": (None, "x"), "nothing": (), "no user": ("text", None)}


class RefusingProvider(AuthProvider):
    """Refuses every credential of a scheme, as most authentication classes of DRF do."""

    name = "refusing"
    openapi: ClassVar = {"type": "http", "scheme": "bearer"}

    def authenticate(self, request: Any) -> Any:
        raise AuthenticationFailed


class Outcomes(Facts):
    """The outcomes of `authenticate`, on REST and GraphQL."""

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
        assert find_code(self.ask_graphql(self.make_bad_headers())) == "UNAUTHENTICATED"

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_credentials_are_a_401(self, caller: Any, headers: Headers, text: str) -> None:
        (name, good), *_ = headers.items()
        scheme = good.partition(" ")[0] if self.provider.scheme else ""
        answer = self.ask({name: f"{scheme} {text}".strip(" ")})
        assert answer.status_code == 401
        assert b"Traceback" not in answer.content

    @pytest.mark.parametrize("found", ODD.values(), ids=ODD)
    def test_an_odd_result_is_a_401(
        self, headers: Headers, found: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(self.provider), "authenticate", lambda *_: found)
        assert self.ask(headers).status_code == 401
        assert find_code(self.ask_graphql(headers)) == "UNAUTHENTICATED"

    def test_the_letter_case_of_the_scheme_does_not_count(self, headers: Headers) -> None:
        need(self.provider.scheme, "it has no scheme")
        scheme, _, rest = headers["Authorization"].partition(" ")
        for spelling in (scheme.upper(), scheme.lower()):
            assert self.ask({"Authorization": f"{spelling} {rest}"}).status_code == 200

    def test_an_inactive_user_is_refused(self, caller: Any, headers: Headers) -> None:
        need(self.has_user, "its callers have no row")
        caller.is_active = False
        caller.save()
        assert self.ask(headers).status_code == 401
        assert find_code(self.ask_graphql(headers)) == "UNAUTHENTICATED"

    @pytest.mark.parametrize("error", [TimeoutError, ConnectionRefusedError])
    def test_an_outage_is_a_503(
        self, headers: Headers, error: type[OSError], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr(type(self.provider), "authenticate", fail)
        answer = self.ask(headers)
        assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
        assert int(answer["Retry-After"]) > 0
        assert find_code(self.ask_graphql(headers)) == "SERVICE_UNAVAILABLE"

    @pytest.mark.parametrize("first", [True, False])
    def test_another_of_its_scheme_may_stand_beside_it(
        self, headers: Headers, monkeypatch: pytest.MonkeyPatch, first: bool
    ) -> None:
        need(self.provider.scheme, "it has no scheme")
        monkeypatch.setattr(RefusingProvider, "scheme", self.provider.scheme, raising=False)
        own = [make_provider(app) for app in providing_apps()]
        both = [RefusingProvider(), *own] if first else [*own, RefusingProvider()]
        monkeypatch.setattr("auth_core.authentication.installed_providers", lambda: iter(both))
        assert self.ask(headers).status_code == 200
        assert self.ask_graphql(headers)["data"]["userInfo"]["username"]
