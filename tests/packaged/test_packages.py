"""What the kit does not ask: two issuers of Bearer in either order, logins by routes of packages."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from auth_core.models import AuthEvent
from tests.packaged.magic.views import links
from tests.packaged.test_conformance import make_oauth_header

pytestmark = pytest.mark.django_db
OWN = {"username": "ada", "password": "a password of ada's"}
ALLAUTH = "/_allauth/app/v1/auth/login"


@pytest.fixture
def user() -> Any:
    return get_user_model().objects.create_user(**OWN)


def send(path: str, body: object) -> Any:
    return Client().post(path, body, content_type="application/json")


def list_events(**wanted: str) -> list[tuple[str, str]]:
    return list(AuthEvent.objects.filter(**wanted).values_list("provider", "detail"))


@pytest.mark.parametrize("first", ["auth_jwt", "tests.packaged.oauth"])
def test_tokens_of_two_issuers_are_good_in_either_order(
    user: Any, settings: Any, first: str
) -> None:
    others = [app for app in settings.INSTALLED_APPS if app != first]
    with override_settings(INSTALLED_APPS=[first, *others]):
        token = send("/api/login", OWN).json()["accessToken"]
        for good in ({"Authorization": f"Bearer {token}"}, make_oauth_header(user, "read")):
            assert Client().get("/api/me", headers=good).json()["username"] == "ada"
        bad = Client().get("/api/me", headers={"Authorization": "Bearer bad"})
    assert (bad.status_code, bad["WWW-Authenticate"].count("Bearer")) == (401, 1)


def test_a_token_of_oauth_is_good_in_the_header_alone(user: Any) -> None:
    token = make_oauth_header(user, "read")["Authorization"].partition(" ")[2]
    assert Client().get(f"/api/me?access_token={token}").status_code == 401


def test_a_login_by_allauth_is_counted_and_audited_like_any_other(user: Any) -> None:
    assert send(ALLAUTH, OWN).status_code == 200
    wrong = [{**OWN, "password": f"wrong {number}"} for number in range(5)]
    assert [send(ALLAUTH, each).status_code for each in wrong] == [400] * 5
    assert [send(ALLAUTH, OWN).status_code, send("/api/login", OWN).status_code] == [400, 429]
    failures = list_events(event="failure", provider="allauth_token")
    assert failures.count(("allauth_token", "wrong_password")) == 5


def test_a_link_logs_its_user_in(user: Any) -> None:
    answer = send("/api/login/link", {"token": links.sign(str(user.pk))})
    assert (answer.status_code, answer.json()["tokenType"]) == (201, "Bearer")
    assert list_events(event="login") == [("magic", "")]
    user.is_active = False
    user.save()
    assert send("/api/login/link", {"token": links.sign(str(user.pk))}).status_code == 401
    assert send("/api/login/link", {"token": "x"}).status_code == 401
    assert send("/api/login/link", {"token": []}).status_code == 400


def test_what_requests_do_not_carry_is_in_no_document() -> None:
    document = Client().get("/api/schema").json()
    assert "magic" not in document["components"]["securitySchemes"]
