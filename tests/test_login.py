"""POST /api/login and GET /api/me."""

import json
from base64 import b64decode
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.test import override_settings
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIClient

from accounts.hashing import Argon2PasswordHasher
from auth_core.login import authenticate_password

CHALLENGES = 'Bearer realm="api"'
NUL = "null_characters_not_allowed"
INCORRECT = {
    "type": "about:blank",
    "title": "Unauthorized",
    "status": 401,
    "detail": "The passed credentials are incorrect",
}


class CountingHasher(Argon2PasswordHasher):
    """The real hasher; `runs` is how often it was asked to hash, which is what takes the time."""

    runs = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).runs += 1
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        type(self).runs += 1
        return super().verify(password, encoded)


def log_in(api: APIClient, username: Any = "admin", password: Any = "admin", **headers: str) -> Any:  # noqa: S107
    return api.post("/api/login", {"username": username, "password": password}, headers=headers)


def test_it_answers_who_logged_in_and_tokens(api: APIClient, admin: Any) -> None:
    response = log_in(api)
    assert response.status_code == 201
    assert response.json() == {
        "id": str(admin.pk),
        "username": "admin",
        "roles": ["admin"],
        "accessToken": response.json()["accessToken"],
        "tokenType": "Bearer",
        "expiresIn": 3600,
        "refreshToken": response.json()["refreshToken"],
        "refreshExpiresIn": 7 * 24 * 3600,
    }


def test_the_answer_is_not_to_be_stored(api: APIClient, admin: Any) -> None:
    response = log_in(api)
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_the_token_opens_what_is_closed_without_it(api: APIClient, admin: Any) -> None:
    token = log_in(api).json()["accessToken"]
    assert api.get("/api/me").status_code == 401
    response = api.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200
    assert response.json() == {"id": str(admin.pk), "username": "admin", "roles": ["admin"]}


@pytest.mark.parametrize(
    "order", [["auth_core", "auth_basic", "auth_jwt"], ["auth_core", "auth_basic"]]
)
def test_the_first_provider_that_issues_tokens_decides(
    api: APIClient, admin: Any, settings: Any, order: list[str]
) -> None:
    others = [app for app in settings.INSTALLED_APPS if app not in settings.AUTH_PLUGINS]
    with override_settings(INSTALLED_APPS=[*order, *others]):
        answer = log_in(api).json()
    assert (answer["tokenType"], b64decode(answer["accessToken"])) == ("Basic", b"admin:admin")
    assert "expiresIn" not in answer


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("admin", "wrong"),
        ("admin", ""),
        ("admin", "Admin"),
        ("admin", " admin"),
        ("admin", "admin "),
        ("admin", "a" * 100_000),
        ("nobody", "admin"),
        ("", ""),
        ("", "admin"),
        ("admins", "admin"),
        (" admin", "admin"),
        ("a" * 100_000, "admin"),
        ("admin:admin", ""),
        ("аdmin", "admin"),  # noqa: RUF001 (its first letter is Cyrillic)
        ("%", "admin"),
        ("' OR 1=1 --", "admin"),
    ],
)
def test_wrong_credentials_are_refused_in_the_same_words(
    api: APIClient, admin: Any, username: str, password: str
) -> None:
    response = log_in(api, username, password)
    assert (response.status_code, response.json()) == (401, INCORRECT)
    assert response["WWW-Authenticate"] == CHALLENGES


@pytest.mark.parametrize("backend", ["ModelBackend", "AllowAllUsersModelBackend"])
def test_an_inactive_user_is_refused_in_the_same_words(
    api: APIClient, admin: Any, settings: Any, backend: str
) -> None:
    settings.AUTHENTICATION_BACKENDS = [f"django.contrib.auth.backends.{backend}"]
    get_user_model().objects.update(is_active=False)
    response = log_in(api)
    assert (response.status_code, response.json()) == (401, INCORRECT)
    assert response["WWW-Authenticate"] == CHALLENGES


@pytest.mark.parametrize("case", ["wrong", "unknown", "inactive", "unusable"])
def test_a_refusal_takes_the_work_of_one_hash_whatever_its_reason(
    api: APIClient, admin: Any, another_admin: Any, settings: Any, case: str
) -> None:
    if case == "unusable":
        admin.set_unusable_password()
    admin.is_active = case != "inactive"
    admin.save()
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.runs = 0
    log_in(
        api, "nobody" if case == "unknown" else "admin", "admin" if case == "inactive" else "wrong"
    )
    assert CountingHasher.runs == 1


@pytest.mark.parametrize(
    "algorithm", ["pbkdf2_sha256", "pbkdf2_sha1", "scrypt", "bcrypt", "bcrypt_sha256", "argon2"]
)
def test_a_wrong_password_on_any_other_hash_takes_the_preferred_work_too(
    api: APIClient, admin: Any, settings: Any, algorithm: str
) -> None:
    settings.HASH_TIME = 1
    admin.password = make_password("admin", hasher=algorithm)
    admin.save()
    settings.HASH_TIME = 2
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher", *settings.PASSWORD_HASHERS[1:]]
    CountingHasher.runs = 0
    assert log_in(api, password="wrong").status_code == 401
    of_the_stored_hash = int(algorithm == "argon2")
    assert CountingHasher.runs == 1 + of_the_stored_hash


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, {"#/username": "required", "#/password": "required"}),
        ({"username": "admin"}, {"#/password": "required"}),
        ({"username": 1, "password": 1}, {"#/username": "invalid", "#/password": "invalid"}),
        ({"username": 1.5, "password": True}, {"#/username": "invalid", "#/password": "invalid"}),
        ({"username": None, "password": None}, {"#/username": "null", "#/password": "null"}),
        ({"username": ["admin"], "password": {"a": 1}}, {"#/username": "invalid", "#/password": "invalid"}),
        ({"username": "a\0", "password": "a\0"}, dict.fromkeys(["#/username", "#/password"], NUL)),
        ({"username": "admin", "password": "admin", "remember": True}, {"#/remember": "unknown"}),
        ({"username": "admin", "password": 1, "a/b": 1}, {"#/password": "invalid", "#/a~1b": "unknown"}),
        ({"Username": "admin", "password": "admin"}, {"#/username": "required", "#/Username": "unknown"}),
        ([], {"#": "invalid"}),
        ("admin", {"#": "invalid"}),
        (None, {"#": "null"}),
        (1, {"#": "invalid"}),
    ],
)  # fmt: skip
def test_a_body_of_another_shape_is_refused_with_pointers(
    api: APIClient, admin: Any, body: Any, faults: dict[str, str]
) -> None:
    response = api.generic("POST", "/api/login", json.dumps(body), "application/json")
    assert response.status_code == 400
    assert {fault["pointer"]: fault["code"] for fault in response.json()["errors"]} == faults


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer expired",
        "Basic",
        "Basic !",
        "Bearer a, Basic b",
        "Unknown scheme",
        "Basic \xff",
        "\0",
    ],
)
def test_it_ignores_a_stale_broken_or_empty_authorization_header(
    api: APIClient, admin: Any, header: str
) -> None:
    assert log_in(api, Authorization=header).status_code == 201
    assert log_in(api, password="wrong", Authorization=header).json() == INCORRECT


@pytest.mark.parametrize(
    "password", ["пароль", "密码", "a:b:c", " blank ", "\t", "🔑", "é", "a" * 5000]
)
def test_it_takes_any_password_as_it_is(api: APIClient, admin: Any, password: str) -> None:
    admin.set_password(password)
    admin.save()
    assert log_in(api, password=password).status_code == 201


@pytest.mark.parametrize("text", ["a\0", "\ud800"])
def test_what_no_database_stores_is_a_wrong_password(rf: Any, admin: Any, text: str) -> None:
    for username, password in ((text, "admin"), ("admin", text)):
        with pytest.raises(AuthenticationFailed, match="The passed credentials are incorrect"):
            authenticate_password(rf.get("/"), username, password)


def test_an_old_hash_is_upgraded_at_login(api: APIClient, admin: Any) -> None:
    admin.password = make_password("admin", hasher="pbkdf2_sha256")
    admin.save()
    assert log_in(api).status_code == 201
    admin.refresh_from_db()
    assert admin.password.startswith("argon2$argon2id$")
    assert admin.check_password("admin")


def test_a_wrong_password_does_not_touch_an_old_hash(api: APIClient, admin: Any) -> None:
    admin.password = make_password("admin", hasher="pbkdf2_sha256")
    admin.save()
    assert log_in(api, password="wrong").status_code == 401
    admin.refresh_from_db()
    assert admin.password.startswith("pbkdf2_sha256$")


def test_credentials_in_the_query_or_a_cookie_are_never_read(api: APIClient, admin: Any) -> None:
    token = log_in(api).json()["accessToken"]
    for name in ("access_token", "accessToken", "token", "Authorization", "authorization"):
        assert api.get("/api/me", {name: f"Bearer {token}"}).status_code == 401
    assert api.post("/api/login?username=admin&password=admin", {}).status_code == 400


def test_the_session_of_the_admin_site_does_not_open_the_api(api: APIClient, admin: Any) -> None:
    api.force_login(admin)
    assert api.get("/api/me").status_code == 401


def test_only_post_logs_in(api: APIClient) -> None:
    response = api.get("/api/login")
    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")


def test_roles_are_the_names_of_the_groups_sorted(api: APIClient, admin: Any) -> None:
    admin.groups.add(*(Group.objects.get_or_create(name=name)[0] for name in ("user", "Zoo")))
    assert log_in(api).json()["roles"] == ["Zoo", "admin", "user"]
