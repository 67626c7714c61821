"""A second step at login that no road with a password passes by."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from rest_framework import serializers
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIClient

from api_http.graphql import execution
from api_http.graphql.schema import load_schema
from auth_core import AuthProvider, SecondStep, count_guess, count_step, log_in_user
from auth_core.checks import check_providers
from auth_core.graphql import Credentials
from auth_core.models import AuthEvent
from tests.dummy_provider.apps import DummyProviderConfig
from tests.dummy_provider.provider import ApiKeyProvider
from tests.graph import ask
from tests.rest import assert_problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
REQUIRED = "second_factor_required"
LOGIN = {"username": "ada", "password": "ada"}
MUTATION = "mutation ($given: Credentials!) { login(credentials: $given) { username accessToken } }"
NEW = "a new password of ada's"
BASIC = f"Basic {b64encode(b'ada:ada').decode()}"


def demand_code(self: Any, request: Any, user: Any, credentials: Any) -> None:
    if "otp" not in credentials:
        raise AuthenticationFailed("A code is needed.", REQUIRED)
    if credentials["otp"] != "123456":
        raise AuthenticationFailed("The code is wrong.", "wrong_code")


@pytest.fixture(autouse=True)
def otp(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the dummy provider ask for a code, as auth_mfa will."""
    monkeypatch.setattr(ApiKeyProvider, "permit_login", demand_code)
    fields = {"otp": serializers.CharField(required=False)}
    monkeypatch.setattr(ApiKeyProvider, "login_fields", fields)
    # Last, so that auth_jwt issues.
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "tests.dummy_provider"]):
        yield


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    vars(Credentials).pop("fields", None)
    make: Any = load_schema
    found = make.__wrapped__()
    monkeypatch.setattr(execution, "load_schema", lambda: found)
    yield
    vars(Credentials).pop("fields", None)


def log_in(api: APIClient, **more: Any) -> Any:
    return api.post("/api/login", LOGIN | more)


def test_rest_asks_for_the_code_and_takes_it(api: APIClient, user: Any) -> None:
    response = log_in(api)
    assert_problem(response, 401)
    assert (response.json()["code"], response.json()["detail"]) == (REQUIRED, "A code is needed.")
    assert log_in(api, otp="000000").json()["code"] == "wrong_code"
    assert log_in(api, otp="123456").json()["tokenType"] == "Bearer"


def test_an_input_of_another_kind_is_a_400(api: APIClient, user: Any) -> None:
    response = log_in(api, otp=["123456"], code="x")
    assert_problem(response, 400)
    assert {fault["pointer"] for fault in response.json()["errors"]} == {"#/otp", "#/code"}


@pytest.mark.usefixtures("schema")
def test_graphql_asks_for_the_code_and_takes_it(api: APIClient, user: Any) -> None:
    def code(**more: str) -> Any:
        return ask(api, MUTATION, given=LOGIN | more)["errors"][0]["extensions"]["code"]

    assert (code(), code(otp="1")) == (REQUIRED, "wrong_code")
    assert ask(api, MUTATION, given=LOGIN | {"otp": "123456"})["data"]["login"]["accessToken"]


def test_basic_cannot_pass_it_by(api: APIClient, user: Any) -> None:
    log_in(api, otp="123456")
    for _ in range(2):
        response = api.get("/api/me", headers={"Authorization": BASIC})
        assert_problem(response, 401)
        assert response.json()["code"] == REQUIRED


def test_basic_is_refused_from_the_moment_of_the_second_step(
    api: APIClient, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(ApiKeyProvider, "permit_login", AuthProvider.permit_login)
        assert api.get("/api/me", headers={"Authorization": BASIC}).status_code == 200
    assert api.get("/api/me", headers={"Authorization": BASIC}).status_code == 401


def test_a_new_password_needs_the_code_too(api: APIClient, user: Any) -> None:
    token = log_in(api, otp="123456").json()["accessToken"]
    client = APIClient(headers={"Authorization": f"Bearer {token}"})
    body = {"currentPassword": "ada", "newPassword": NEW}
    assert client.post("/api/me/password", body).json()["code"] == REQUIRED
    user.refresh_from_db()
    assert user.check_password("ada")
    assert client.post("/api/me/password", {**body, "otp": "123456"}).status_code == 204


def test_the_admin_asks_for_the_code_and_takes_it(user: Any) -> None:
    user.is_staff = True
    user.save()
    browser = Client()
    assert b'name="otp"' in browser.get("/admin/login/").content
    page = browser.post("/admin/login/", LOGIN)
    assert (page.status_code, b"A code is needed." in page.content) == (200, True)
    assert browser.get("/admin/").status_code == 302
    assert browser.post("/admin/login/", LOGIN | {"otp": "123456"}).status_code == 302
    assert browser.get("/admin/").status_code == 200
    passwords = {"old_password": "ada", "new_password1": NEW, "new_password2": NEW}
    assert b"A code is needed." in browser.post("/admin/password_change/", passwords).content
    assert browser.post("/admin/password_change/", passwords | {"otp": "123456"}).status_code == 302


def test_wrong_codes_are_counted_and_audited(api: APIClient, user: Any) -> None:
    statuses = [log_in(api, otp=str(number)).status_code for number in range(6)]
    assert statuses == [401] * 5 + [429]
    assert log_in(api, otp="123456").status_code == 429
    details = AuthEvent.objects.filter(event="failure").values_list("detail", flat=True)
    assert sorted(details) == ["locked", *["wrong_code"] * 5]


def test_codes_are_counted_also_after_a_right_one(api: APIClient, user: Any) -> None:
    """Not as a repetition of the right password."""
    assert log_in(api, otp="123456").status_code == 201
    statuses = [log_in(api, otp=str(number)).status_code for number in range(6)]
    assert statuses == [401] * 5 + [429]


@pytest.mark.parametrize("error", [ValueError, KeyError, RuntimeError, TimeoutError])
def test_a_step_that_breaks_lets_nobody_in(
    user: Any, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(ApiKeyProvider, "permit_login", fail)
    api = APIClient(raise_request_exception=False)
    expected = {RuntimeError: 500, TimeoutError: 503}.get(error, 401)
    assert log_in(api).status_code == expected
    assert api.get("/api/me", headers={"Authorization": BASIC}).status_code == expected


def test_the_document_has_the_inputs(api: APIClient) -> None:
    schemas = api.get("/api/schema").json()["components"]["schemas"]
    for name in ("CredentialsRequest", "PasswordChangeRequest"):
        assert "otp" in schemas[name]["properties"]
        assert "otp" not in schemas[name]["required"]


Make = Callable[..., Request]


@pytest.fixture
def make_request(rf: Any) -> Make:
    return lambda: Request(rf.post("/"))


def test_a_plugin_logs_a_known_user_in(user: Any, make_request: Make) -> None:
    with pytest.raises(AuthenticationFailed) as refusal:
        log_in_user(make_request(), user, by="auth_magic")
    assert refusal.value.get_codes() == REQUIRED
    answer = log_in_user(make_request(), user, by="auth_magic", credentials={"otp": "123456"})
    assert (answer["username"], answer["tokenType"]) == ("ada", "Bearer")
    events = AuthEvent.objects.filter(provider="auth_magic").values_list("event", "detail")
    assert sorted(events) == [("failure", REQUIRED), ("login", "")]


def test_nobody_logs_an_inactive_user_in(user: Any, make_request: Make) -> None:
    user.is_active = False
    with pytest.raises(AuthenticationFailed):
        log_in_user(make_request(), user, by="x", credentials={"otp": "123456"})


def test_basic_issues_nothing_where_there_was_no_password(user: Any, make_request: Make) -> None:
    with override_settings(
        INSTALLED_APPS=[app for app in settings.INSTALLED_APPS if app != "auth_jwt"]
    ):
        answer = log_in_user(make_request(), user, by="x", credentials={"otp": "123456"})
    assert answer.get("tokenType") == "ApiKey"


@pytest.mark.parametrize("kind", ["guess", "step"])
def test_guesses_of_a_plugin_are_counted(user: Any, make_request: Make, kind: str) -> None:
    def count(code: str) -> Any:
        if kind == "step":
            return count_step(make_request(), user, code, provider="auth_mfa")
        return count_guess(make_request(), "ada", code, provider="auth_mfa", user=user)

    def guess(code: str) -> None:
        with count(code):
            if code != "right":
                raise AuthenticationFailed("The code is wrong.", "wrong_code")

    guess("right")
    codes = []
    for number in range(6):
        with pytest.raises(APIException) as refusal:
            guess(str(number))
        codes.append(refusal.value.status_code)
    assert codes == [401] * 5 + [429]
    assert AuthEvent.objects.filter(event="failure", detail="wrong_code").count() == 5


class CodeStep(SecondStep):
    """A plugin that only asks for more."""

    permit_login = demand_code


def test_a_plugin_may_be_a_second_step_and_nothing_else(
    api: APIClient, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DummyProviderConfig, "auth_provider", f"{__name__}.CodeStep")
    usual = settings.INSTALLED_APPS
    others = [app for app in usual if app not in ("auth_jwt", "auth_basic")]
    with override_settings(INSTALLED_APPS=usual):
        assert check_providers() == []
        assert "dummy_provider" not in api.get("/api/me")["WWW-Authenticate"]
        schemes = api.get("/api/schema").json()["components"]["securitySchemes"]
        assert sorted(schemes) == ["auth_basic", "auth_jwt"]
        assert log_in(api).json()["code"] == REQUIRED
    with override_settings(INSTALLED_APPS=others):
        assert [fault.id for fault in check_providers()] == ["auth_core.E016"]
