"""The Authorization header as every provider meets it, and the challenges of a 401."""

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIClient

from auth_core.authentication import normalise_authorization

CHALLENGES = 'Bearer realm="api", Basic realm="api", charset="UTF-8"'
BASIC = b64encode(b"admin:admin").decode()


@pytest.fixture(autouse=True)
def no_header_breaks_a_provider(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert not [record for record in caplog.records if record.name == "auth_core.faults"]


def make_request(header: str) -> Request:
    request = HttpRequest()
    request.META["HTTP_AUTHORIZATION"] = header
    return Request(request)


def test_a_401_carries_the_challenges_of_all_providers_in_order(api: APIClient) -> None:
    response = api.get("/api/me")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == CHALLENGES


@pytest.mark.parametrize(
    "scheme", ["Basic", "basic", "BASIC", "bAsIc", "Basic  ", "basic\t", "  Basic"]
)
def test_the_letter_case_of_the_scheme_and_the_blanks_after_it_do_not_count(
    api: APIClient, admin: Any, scheme: str
) -> None:
    assert api.get("/api/me", headers={"Authorization": f"{scheme} {BASIC}"}).status_code == 200


def test_a_provider_meets_the_scheme_as_it_spells_it() -> None:
    request = make_request("bEARER \t abc  ")
    assert request.headers["Authorization"] == "bEARER \t abc  "
    normalise_authorization(request, ["Bearer", "Basic"])
    assert request.META["HTTP_AUTHORIZATION"] == request.headers["Authorization"] == "Bearer abc"


@pytest.mark.parametrize(
    "header",
    [
        f"Basic {BASIC},Basic {BASIC}",
        f"Basic {BASIC}, Basic {BASIC}",
        f"Basic {BASIC},Bearer x",
        f"Basic {BASIC},",
        f",Basic {BASIC}",
        f"Basic {BASIC},Basic",
        f"Basic {BASIC},,",
        'Digest username="ada",Basic x',
        'Digest username="ada", realm="api", Digest username="bob"',
        ",",
    ],
)
def test_several_authorization_headers_are_refused(api: APIClient, admin: Any, header: str) -> None:
    response = api.get("/api/me", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.json()["detail"].startswith("Only one Authorization header is accepted")
    assert response["WWW-Authenticate"] == CHALLENGES


@pytest.mark.parametrize(
    "header",
    [
        "AWS4-HMAC-SHA256 Credential=key/20260101/eu/s3/aws4_request, SignedHeaders=host;x-date",
        'Digest username="ada, the first", realm="a\\"b"',
        "Digest a=b , c = d",
        'Digest a="",b=c',
    ],
)
def test_commas_between_parameters_are_one_header(header: str) -> None:
    request = make_request(header)
    normalise_authorization(request, ["Bearer"])
    assert request.META["HTTP_AUTHORIZATION"] == header


def test_reading_the_header_takes_time_in_proportion_to_its_length() -> None:
    with pytest.raises(AuthenticationFailed):
        normalise_authorization(
            make_request("a b=" + '"\\"' * 20_000 + "," + "a=b," * 20_000), ["Bearer"]
        )


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Basic",
        "Bearer",
        "Basic ",
        "Basic  ",
        "Bearer a b",
        f"Basic {BASIC} x",
        BASIC,
        f"Basic{BASIC}",
        f"Unknown {BASIC}",
        f"Basic\0{BASIC}",
        f"Basic {BASIC}\0",
        f"Basic {BASIC}\x7f",
        f"Basic {BASIC}\x01",
        f"Basic {BASIC}\xff\xfe",
        "Basic é",
        "Bearer \u20ac",
        "\x00",
        "\xff" * 1000,
        "Basic " + "a" * 60_000,
        "Bearer " + "a" * 60_000,
        "Bearer " + "." * 60_000,
        "a" * 60_000,
        " " * 60_000,
        "= = =",
        '"',
        "Basic\x0b" + BASIC,
        "Basic\x85" + BASIC,
    ],
)
def test_a_hostile_header_is_a_401(api: APIClient, admin: Any, header: str) -> None:
    response = api.get("/api/me", headers={"Authorization": header})
    assert response.status_code == 401
    # RFC 6750 has Bearer say of a refused token that it was one.
    assert (
        re.sub(
            r', error="invalid_token", error_description="[^"]*"', "", response["WWW-Authenticate"]
        )
        == CHALLENGES
    )
    assert BASIC not in response.text
    assert len(response.content) < 200


def test_an_inactive_user_is_refused_whatever_the_proof(api: APIClient, admin: Any) -> None:
    token = api.post("/api/login", {"username": "admin", "password": "admin"}).json()["accessToken"]
    get_user_model().objects.update(is_active=False)
    for header in (f"Bearer {token}", f"Basic {BASIC}"):
        assert api.get("/api/me", headers={"Authorization": header}).status_code == 401
