"""A key makes no other way into its user's account: a leaked key would outlive its end by it."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from auth_oidc import pending
from auth_oidc.finished import finish
from auth_oidc.flow import make_challenge
from auth_oidc.identities import find_linked, link
from tests.plugins.apikeys import call_with, make_key

pytestmark = pytest.mark.django_db
ISSUER, VERIFIER = "https://login.example.org", "v" * 43
SCOPES: list[dict[str, Any]] = [{}, {"roles": []}]


@pytest.mark.parametrize("scopes", SCOPES)
def test_a_key_links_no_identity(scopes: Any, user: Any, as_user: APIClient) -> None:
    begun = pending.begin("main", next_url="/", challenge=make_challenge(VERIFIER), links=True)
    body = {"code": finish(begun, ISSUER, {"sub": "other"}, None), "codeVerifier": VERIFIER}
    refused = call_with(make_key(user, **scopes)).post("/api/oidc/link", body, format="json")
    assert (refused.status_code, find_linked(ISSUER, "other")) == (403, None)
    assert as_user.post("/api/oidc/link", body, format="json").status_code == 201


@pytest.mark.parametrize("scopes", SCOPES)
def test_a_key_takes_no_identity_away(scopes: Any, user: Any) -> None:
    made = link(user, ISSUER, "own")
    client = call_with(make_key(user, **scopes))
    assert client.delete(f"/api/oidc/identities/{made.pk}").status_code == 403
    assert find_linked(ISSUER, "own") == user


@pytest.mark.parametrize("scopes", SCOPES)
def test_a_key_sets_up_no_second_factor(scopes: Any, user: Any) -> None:
    body = {"currentPassword": "ada"}
    client = call_with(make_key(user, **scopes))
    assert client.post("/api/me/factors/totp", body, format="json").status_code == 403
