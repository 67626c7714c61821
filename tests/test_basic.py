"""What the Basic provider takes and hands out (RFC 7617)."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from auth_basic.credentials import decode_credentials, encode_credentials

MALFORMED = "The Basic credentials are malformed"
INCORRECT = "The passed credentials are incorrect"


@pytest.fixture(autouse=True)
def no_header_breaks_the_provider(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert not [record for record in caplog.records if record.name == "auth_core.faults"]


def ask(api: APIClient, credentials: str | bytes) -> Any:
    """Ask with this text as it is, or with these bytes in base64."""
    text = b64encode(credentials).decode() if isinstance(credentials, bytes) else credentials
    return api.get("/api/me", headers={"Authorization": f"Basic {text}"})


def test_a_right_password_opens(api: APIClient, admin: Any) -> None:
    response = ask(api, "YWRtaW46YWRtaW4=")
    assert (response.status_code, response.json()["username"]) == (200, "admin")


@pytest.mark.parametrize(
    "password", ["a:b", ":", "::", "", "пароль", "é", "🔑", " blank ", "\u0085", "=" * 50]
)
def test_the_password_begins_at_the_first_colon_and_is_utf_8(
    api: APIClient, admin: Any, password: str
) -> None:
    admin.set_password(password)
    admin.save()
    assert ask(api, f"admin:{password}".encode()).status_code == 200
    assert ask(api, f"admin:{password}x".encode()).json()["detail"] == INCORRECT


@pytest.mark.parametrize(
    "credentials",
    [
        b"admin:wrong",
        b"admin:",
        b":",
        b":admin",
        b"nobody:admin",
        b"admins:admin",
        b" admin:admin",
        b"admin:admin ",
    ],
)
def test_wrong_credentials_are_refused_in_the_same_words(
    api: APIClient, admin: Any, credentials: bytes
) -> None:
    response = ask(api, credentials)
    assert (response.status_code, response.json()["detail"]) == (401, INCORRECT)
    assert 'Basic realm="api", charset="UTF-8"' in response["WWW-Authenticate"]


@pytest.mark.parametrize(
    "credentials",
    [
        "",
        "=",
        "====",
        "!",
        "YWRtaW46YWRtaW4",
        "YWRtaW46YWRtaW4==",
        "=YWRtaW46YWRtaW4=",
        "YWRt aW46YWRtaW4=",
        "YWRtaW46YWRtaW4=\tx",
        "YWRtaW46YWRtaW4=YWRtaW46YWRtaW4=",
        "YWRtaW46YWRtaW4=;",
        "-_-_",
        "admin:admin",
        "a" * 60_000,
        "YQ==" * 15_000,
        b"admin",
        b"admin\xff:admin",
        b"\xe9:\xe9",
        b"\xed\xa0\x80:x",
        b"\xc0\xba:x",
        b"\xff\xfea\x00:\x00",
        b"admin\0:admin",
        b"admin:admin\0",
        b"admin:admin\n",
        b"ad\rmin:admin",
        b"admin:\x1b[0m",
        b"admin:admin\x7f",
    ],
)
def test_malformed_credentials_are_refused(
    api: APIClient, admin: Any, credentials: str | bytes
) -> None:
    response = ask(api, credentials)
    assert (response.status_code, response.json()["detail"]) == (401, MALFORMED)


@pytest.mark.parametrize(
    "pair", [("a", "b"), ("", ""), ("ada", "a:b:"), ("é", "пароль"), ("🔑", " ")]
)
def test_what_is_encoded_decodes_to_the_same(pair: tuple[str, str]) -> None:
    assert decode_credentials(encode_credentials(*pair).encode()) == pair


@pytest.mark.parametrize(("name", "password"), [("a:b", "secret word"), ("a", "secret word\n")])
def test_login_issues_nothing_that_could_not_work(
    api: APIClient, admin: Any, settings: Any, name: str, password: str
) -> None:
    admin.username = name
    admin.set_password(password)
    admin.save()
    with override_settings(
        INSTALLED_APPS=[app for app in settings.INSTALLED_APPS if app != "auth_jwt"]
    ):
        response = api.post("/api/login", {"username": name, "password": password})
    assert response.status_code == 201
    assert response.json() == {"id": str(admin.pk), "username": name, "roles": ["admin"]}


def test_what_login_issues_opens(api: APIClient, user: Any, settings: Any) -> None:
    with override_settings(
        INSTALLED_APPS=[app for app in settings.INSTALLED_APPS if app != "auth_jwt"]
    ):
        answer = api.post("/api/login", {"username": "ada", "password": "ada"}).json()
        assert ask(api, answer["accessToken"]).status_code == 200
