"""Where a provider shows itself: the challenges of a 401, OpenAPI, Swagger UI, the roles."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import NoReverseMatch, reverse

from auth_core.registry import installed_providers
from auth_core.testing.facts import NAME, Facts, Headers, need

# The members that OpenAPI asks of a security scheme. Swagger UI shows a form for each.
MEMBERS = {
    "apiKey": {"in", "name"},
    "http": {"scheme"},
    "oauth2": {"flows"},
    "openIdConnect": {"openIdConnectUrl"},
    "mutualTLS": set(),
}


class Surfaces(Facts):
    """What clients learn of a provider, and the provider's callers of themselves."""

    @pytest.mark.parametrize("sent", ["nothing", "bad credentials"])
    def test_a_401_has_each_challenge_once(self, caller: Any, sent: str) -> None:
        joined = self.ask({} if sent == "nothing" else self.make_bad_headers())["WWW-Authenticate"]
        schemes = {each.scheme for each in installed_providers() if each.scheme}
        for scheme in schemes:
            assert len(find_challenges(scheme, joined)) == 1
        # A browser asks for a password when Basic comes first.
        assert "Basic" not in schemes or re.search(r"(^|, )Basic [^ ]+(, charset=[^ ]+)?$", joined)

    def test_a_provider_needs_no_challenge(
        self, caller: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(self.provider), "challenge_for", lambda *_: None)
        answer = self.ask({})
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"]

    def test_openapi_has_it(self, caller: Any) -> None:
        document = self.read_document()
        found = document["components"]["securitySchemes"][self.name]
        assert found.items() >= dict(self.provider.openapi).items()
        assert {self.name: []} in document["paths"][reverse("me")]["get"]["security"]

    def test_authorize_of_swagger_shows_it(self, caller: Any) -> None:
        try:
            page = Client().get(reverse("swagger"))
        except NoReverseMatch:
            pytest.skip("the service has no Swagger UI")
        script = Client().get(f"{reverse('swagger')}?script=")
        assert page.status_code == script.status_code == 200
        assert reverse("schema").encode() in script.content
        scheme = self.read_document()["components"]["securitySchemes"][self.name]
        assert scheme.keys() >= MEMBERS[scheme["type"]]
        # Without a word, users type the bare key where the header needs its scheme before it.
        assert scheme.get("name") != "Authorization" or scheme.get("description")

    def test_the_caller_has_the_roles_of_the_user(self, caller: Any, headers: Headers) -> None:
        need(self.has_user and self.has_roles, "its callers have other roles")
        caller.groups.add(Group.objects.create(name=NAME))
        assert self.ask(headers).json()["roles"] == [NAME]
        answer = self.ask_graphql(headers, "{ userInfo { roles } }")
        assert answer["data"]["userInfo"]["roles"] == [NAME]


def find_challenges(scheme: str, joined: str) -> list[str]:
    return re.findall(rf"(?:^|, ){re.escape(scheme)}(?= |,|$)", joined, re.IGNORECASE)
