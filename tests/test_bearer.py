"""What the Bearer provider hands out and takes."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.contrib.auth import get_user_model
from rest_framework.request import Request
from rest_framework.test import APIClient

from auth_core.authentication import ProviderAuthentication
from tests.tokens import REMOVED, make_claims, sign


def log_in(api: APIClient) -> Any:
    return api.post("/api/login", {"username": "admin", "password": "admin"}).json()


def ask(api: APIClient, token: str) -> Any:
    return api.get("/api/me", headers={"Authorization": f"Bearer {token}"})


def test_a_token_names_its_issuer_audience_subject_and_times(
    api: APIClient, admin: Any, settings: Any
) -> None:
    token = log_in(api)["accessToken"]
    claims = jwt.decode(token, settings.JWT_SECRET_KEY, ["HS256"], audience=settings.JWT_AUDIENCE)
    assert claims.keys() == {"iss", "aud", "sub", "jti", "iat", "exp", "sid"}
    assert (claims["iss"], claims["sub"]) == (settings.JWT_ISSUER, str(admin.pk))
    assert claims["exp"] - claims["iat"] == 3600


def test_a_token_says_in_its_header_what_it_is(api: APIClient, admin: Any) -> None:
    assert jwt.get_unverified_header(log_in(api)["accessToken"]) == {
        "alg": "HS256",
        "typ": "at+jwt",
    }


def test_every_token_has_an_id_of_its_own(api: APIClient, admin: Any) -> None:
    first, second = (log_in(api)["accessToken"] for _ in range(2))
    assert first != second


def test_the_settings_are_read_when_a_token_is_made(
    api: APIClient, admin: Any, settings: Any
) -> None:
    settings.JWT_EXPIRATION = timedelta(minutes=5)
    settings.JWT_SECRET_KEY = "another key that is long enough for HS256"
    answer = log_in(api)
    assert answer["expiresIn"] == 300
    assert ask(api, answer["accessToken"]).status_code == 200


@pytest.mark.parametrize("name", ["JWT_SECRET_KEY", "JWT_ISSUER", "JWT_AUDIENCE"])
def test_a_token_of_another_key_issuer_or_audience_is_refused(
    api: APIClient, admin: Any, settings: Any, name: str
) -> None:
    token = log_in(api)["accessToken"]
    setattr(settings, name, "another value that is long enough for HS256")
    assert ask(api, token).status_code == 401


def test_it_refuses_an_expired_token(api: APIClient, admin: Any, settings: Any) -> None:
    settings.JWT_EXPIRATION = timedelta(seconds=-1)
    assert ask(api, log_in(api)["accessToken"]).status_code == 401


def test_it_refuses_a_token_of_a_deleted_user(
    api: APIClient, admin: Any, another_admin: Any
) -> None:
    token = log_in(api)["accessToken"]
    admin.delete()
    assert ask(api, token).json()["detail"] == "The token is invalid or expired"
    assert get_user_model().objects.get() == another_admin


def test_a_token_costs_one_query(admin: Any, rf: Any, django_assert_num_queries: Any) -> None:
    request = Request(rf.get("/", headers={"Authorization": f"Bearer {sign(make_claims(admin))}"}))
    with django_assert_num_queries(1):
        assert ProviderAuthentication().authenticate(request) is not None


def test_a_token_made_by_hand_is_taken_so_that_the_refusals_mean_something(
    api: APIClient, admin: Any
) -> None:
    assert ask(api, sign(make_claims(admin))).status_code == 200
    assert ask(api, sign(make_claims(admin, nbf=1))).status_code == 401


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "jti", "iat", "exp", "sid"])
def test_it_refuses_a_token_without_a_claim(api: APIClient, admin: Any, claim: str) -> None:
    assert ask(api, sign(make_claims(admin, **{claim: REMOVED}))).status_code == 401
