"""What a class of DRF may legally do, and what providers do by mistake: 401 or 503, never 500, on
every surface.
"""

import socket
from collections.abc import Callable, Iterator
from http.client import IncompleteRead
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.error import URLError
from urllib.request import urlopen

import jwt
import pytest
import urllib3
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.test import override_settings
from django.utils import timezone
from rest_framework.test import APIClient

from auth_core import Unavailable
from auth_jwt.kinds import ACCESS
from auth_jwt.tokens import read_token
from tests.dummy_provider.provider import ApiKeyProvider
from tests.graph import ask
from tests.rest import assert_problem

pytestmark = pytest.mark.django_db
Outcome = Callable[[], Any]
KEY = {"Authorization": "ApiKey secret-key"}


@pytest.fixture(autouse=True)
def dummy_installed_first() -> Iterator[None]:
    with override_settings(INSTALLED_APPS=["tests.dummy_provider", *settings.INSTALLED_APPS]):
        yield


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch) -> Callable[[Outcome], None]:
    """Let the dummy provider answer what the function gives or raises."""

    def install(answer: Outcome) -> None:
        monkeypatch.setattr(ApiKeyProvider, "authenticate", lambda *_: answer())

    return install


def fail(error: Exception) -> Outcome:
    def raise_it() -> None:
        raise error

    return raise_it


def ask_status(api: APIClient) -> int:
    """Ask every surface, which have to agree."""
    answers = [api.get(path, headers=KEY) for path in ("/api/me", "/api/customers", "/api/orders")]
    status = answers[0].status_code
    for answer in answers:
        assert_problem(answer, status)
    error = ask(APIClient(headers=KEY), "{ customers { id } }")["errors"][0]
    assert (
        error["extensions"]["code"] == {401: "UNAUTHENTICATED", 503: "SERVICE_UNAVAILABLE"}[status]
    )
    return status


WRONG_RESULTS = {
    "no user": lambda: (None, "token"),
    "nobody": lambda: (AnonymousUser(), "token"),
    "no activity": lambda: (SimpleNamespace(pk=1, is_authenticated=True), "token"),
    "not authenticated": lambda: (SimpleNamespace(pk=1, is_active=True), "token"),
    "no pair": lambda: get_user_model()(username="ada"),
    "three": lambda: (get_user_model()(username="ada"), "token", "more"),
    "a text": lambda: "ada",
    "a number": lambda: 1,
}


@pytest.mark.parametrize("result", WRONG_RESULTS)
def test_a_result_without_an_active_user_is_a_401(
    api: APIClient, outcome: Any, result: str
) -> None:
    outcome(WRONG_RESULTS[result])
    assert ask_status(api) == 401


def test_a_result_that_is_no_pair_is_logged(
    api: APIClient, outcome: Any, caplog: pytest.LogCaptureFixture
) -> None:
    outcome(lambda: "secret-key")
    api.get("/api/me", headers=KEY)
    assert "ApiKeyProvider" in caplog.text
    assert "secret-key" not in caplog.text


def find_unknown() -> Any:
    return get_user_model().objects.get(username="unknown"), ""


def find_or_404() -> Any:
    return get_object_or_404(get_user_model(), username="unknown"), ""


def find_by_odd_key() -> Any:
    return get_user_model().objects.get(pk="no UUID"), ""


MISTAKES = {
    "an unknown user": find_unknown,
    "an unknown user by a shortcut": find_or_404,
    "a key of another kind": find_by_odd_key,
    "not found": fail(Http404()),
    "several found": fail(get_user_model().MultipleObjectsReturned()),
    "a wrong signature": fail(BadSignature("secret-key")),
    "a wrong value": fail(ValidationError("secret-key")),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_not_found_is_a_401_and_a_log_line_without_the_credentials(
    api: APIClient, outcome: Any, caplog: pytest.LogCaptureFixture, mistake: str
) -> None:
    outcome(MISTAKES[mistake])
    assert ask_status(api) == 401
    assert "ApiKeyProvider" in caplog.text
    assert "secret-key" not in caplog.text


def ask_closed_port() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    urlopen(f"http://127.0.0.1:{port}/introspect?token=secret-key", timeout=5)


def ask_silent_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        urlopen(f"http://127.0.0.1:{silent.getsockname()[1]}/?token=secret-key", timeout=0.05)


def ask_by_urllib3() -> None:
    urllib3.PoolManager().request(
        "GET", "http://127.0.0.1:1/?token=secret-key", retries=0, timeout=5
    )


def ask_for_keys() -> None:
    jwt.PyJWKClient("http://127.0.0.1:1/jwks?token=secret-key", timeout=5).get_jwk_set()


OUTAGES = {
    "a closed port": ask_closed_port,
    "a server that hangs": ask_silent_server,
    "urllib3": ask_by_urllib3,
    "PyJWKClient": ask_for_keys,
    "a name that is not found": fail(URLError(socket.gaierror())),
    "half an answer": fail(IncompleteRead(b"secret-key")),
    "a time-out": fail(TimeoutError("secret-key")),
    "the contract's own": fail(Unavailable()),
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_a_remote_that_does_not_answer_is_a_503(
    api: APIClient, outcome: Any, caplog: pytest.LogCaptureFixture, outage: str
) -> None:
    outcome(OUTAGES[outage])
    assert ask_status(api) == 503
    assert api.get("/api/me", headers=KEY)["Retry-After"] == "2"
    assert "secret-key" not in caplog.text


def test_an_outage_is_logged_with_the_provider(
    api: APIClient, outcome: Any, caplog: pytest.LogCaptureFixture
) -> None:
    outcome(ask_closed_port)
    api.get("/api/me", headers=KEY)
    assert "ApiKeyProvider" in caplog.text
    assert "URLError" in caplog.text


def test_login_does_not_need_the_provider(api: APIClient, user: Any, outcome: Any) -> None:
    outcome(ask_closed_port)
    credentials = {"username": "ada", "password": "ada"}
    assert api.post("/api/login", credentials, headers=KEY).status_code == 201


ODD_CHALLENGES = [None, "", "   ", 5, "Key realm=\r\nX-Evil: 1"]


@pytest.mark.parametrize("challenge", ODD_CHALLENGES)
def test_a_provider_without_a_challenge_is_left_out_of_the_401(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, challenge: Any
) -> None:
    monkeypatch.setattr(ApiKeyProvider, "challenge_for", lambda *_: challenge)
    response = api.get("/api/customers")
    assert_problem(response, 401)
    assert response["WWW-Authenticate"] == 'Bearer realm="api", Basic realm="api", charset="UTF-8"'


def test_where_no_provider_has_a_challenge_the_401_names_the_scheme(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 401 needs a challenge (RFC 9110, section 11.6.1); DRF would make a 403 of it."""
    monkeypatch.setattr(ApiKeyProvider, "challenge_for", lambda *_: None)
    others = [app for app in settings.INSTALLED_APPS if app not in ("auth_jwt", "auth_basic")]
    with override_settings(INSTALLED_APPS=others):
        response = api.get("/api/customers")
    assert_problem(response, 401)
    assert response["WWW-Authenticate"] == 'ApiKey realm="api"'


@pytest.mark.parametrize("error", [KeyError("MY_SETTING"), TypeError()])
def test_a_fault_of_a_provider_that_is_not_asked_is_no_wrong_password(
    api: APIClient, admin: Any, outcome: Callable[[Outcome], None], error: Exception
) -> None:
    """Such as a setting that is missing: all callers would get a 401."""
    outcome(fail(error))
    for header in ({}, {"Authorization": "Basic YWRtaW46YWRtaW4="}):
        assert_problem(api.get("/api/customers", headers=header), 503)


def test_a_token_that_another_plugin_refuses_is_a_401(
    api: APIClient, outcome: Callable[[Outcome], None]
) -> None:
    """As a provider finds out that reads the tokens of auth_jwt at another place."""
    outcome(lambda: read_token(ACCESS, "bad", timezone.now()))
    assert ask_status(api) == 401


@pytest.mark.parametrize("place", ["header", "cookie"])
def test_an_empty_credential_that_breaks_a_provider_is_a_401(
    api: APIClient, db: None, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"type": "apiKey", "in": place, "name": "X-My-Key"}
    monkeypatch.setattr(HeaderProvider, "openapi", own)
    monkeypatch.setattr(HeaderProvider, "authenticate", lambda *_: int("x"))
    monkeypatch.setattr("auth_core.registry._load_provider", lambda _: HeaderProvider)
    sent = {"header": {"X-My-Key": ""}, "cookie": {"Cookie": "X-My-Key="}}[place]
    assert_problem(api.get("/api/me", headers=sent), 401)
    assert_problem(api.get("/api/me"), 503)


class HeaderProvider(ApiKeyProvider):
    """Takes the keys in a header of its own."""

    scheme: ClassVar[Any] = None
    openapi: ClassVar[Any] = {"type": "apiKey", "in": "header", "name": "X-My-Key"}

    def authenticate(self, request: Any) -> Any:
        return None


@pytest.mark.parametrize("place", ["header", "cookie"])
def test_the_credentials_of_a_request_do_not_stay_in_memory(
    api: APIClient, db: None, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"type": "apiKey", "in": place, "name": "X-My-Key"}
    monkeypatch.setattr(HeaderProvider, "openapi", own)
    monkeypatch.setattr("auth_core.registry._load_provider", lambda _: HeaderProvider)
    headers = {"X-My-Key": "a secret", "Cookie": "X-My-Key=a secret", "Authorization": "Basic x"}
    request = api.get("/api/me", headers=headers).wsgi_request
    kept = {name for name in request.META if name in ("HTTP_X_MY_KEY", "HTTP_COOKIE")}
    assert kept == {{"header": "HTTP_COOKIE", "cookie": "HTTP_X_MY_KEY"}[place]}
    assert "HTTP_AUTHORIZATION" not in request.META
