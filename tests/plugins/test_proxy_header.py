"""A trusted proxy names the user; a client cannot."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from environs import ValidationError

from auth_core.checks import PLUGINS
from auth_core.models import AuthEvent, EventName
from auth_core.testing import Headers, ProviderKit
from auth_core.user_lookup import find_user
from auth_proxy.variables import read_header_name, read_secret
from tests.conftest import make_basic_header

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
JSON = "application/json"


def name(text: str) -> dict[str, str]:
    return {"X-Forwarded-User": f"{django_settings.PROXY_SECRET} {text}"}


def ask(text: str, **extra: Any) -> Any:
    return Client().get("/api/me", headers=name(text), **extra)


class TestProxy(ProviderKit):
    name = "auth_proxy"

    def make_headers(self, user: Any) -> Headers:
        return name(user.get_username())

    def make_bad_headers(self) -> Headers:
        return {"X-Forwarded-User": "conformance"}


@pytest.mark.parametrize("text", ["ada", "ADA", "\uff41\uff44\uff41", " ada "])
def test_the_user_is_found_by_the_folded_name(user: Any, text: str) -> None:
    assert ask(text).json()["username"] == "ada"


def test_it_costs_one_query(user: Any) -> None:
    ask("ada")
    with CaptureQueriesContext(connection) as queries:
        assert ask("ada").json()["roles"] == ["user"]
    assert len(queries) == 1, [query["sql"] for query in queries]


@pytest.mark.parametrize("peer", ["192.0.2.7", "", "::1"])
def test_another_peer_is_not_believed(user: Any, peer: str) -> None:
    """The header is ignored: it is no credential, and others count."""
    assert ask("ada", REMOTE_ADDR=peer).status_code == 401
    basic = name("admin") | {"Authorization": make_basic_header("ada", "ada")}
    answer = Client().get("/api/me", headers=basic, REMOTE_ADDR=peer)
    assert answer.json()["username"] == "ada"
    assert not AuthEvent.objects.filter(event=EventName.FAILURE).exists()


def test_a_proxy_on_a_unix_socket_is_believed(user: Any, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["unix"]
    assert ask("ada", REMOTE_ADDR="").status_code == 200
    assert ask("ada").status_code == 401


@pytest.mark.parametrize(
    "sent", ["ada", "wrong ada", "{secret}", "{secret}ada", "ada {secret}", "x,{secret} ada"]
)
def test_without_the_secret_before_it_the_name_is_refused(user: Any, sent: str) -> None:
    header = {"X-Forwarded-User": sent.format(secret=django_settings.PROXY_SECRET)}
    answer = Client().get("/api/me", headers=header)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert django_settings.PROXY_SECRET not in answer.content.decode()
    event = AuthEvent.objects.get(event=EventName.FAILURE)
    assert (event.provider, event.detail) == ("auth_proxy", "malformed")


def test_a_header_with_one_spelling_needs_no_secret(user: Any, settings: Any) -> None:
    settings.PROXY_SECRET, settings.PROXY_USER_HEADER = "", "RemoteUser"
    assert Client().get("/api/me", headers={"RemoteUser": "ada"}).status_code == 200
    assert Client().get("/api/me", headers={"Remote-User": "ada"}).status_code == 401
    assert not run_checks(tags=[PLUGINS])


def test_an_unknown_user_is_refused(db: None) -> None:
    answer = ask("grace")
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_user")
    assert not get_user_model().objects.exists()
    assert AuthEvent.objects.get(event=EventName.FAILURE).detail == "unknown_user"


def test_an_unknown_user_is_made_where_the_setting_says_so(db: None, settings: Any) -> None:
    settings.PROXY_CREATE_USERS = True
    for _ in range(2):
        assert ask("Grace").json()["roles"] == []
    made = get_user_model().objects.get()
    assert (made.username, made.has_usable_password()) == ("Grace", False)
    assert (made.is_staff, made.is_superuser) == (False, False)
    events = AuthEvent.objects.order_by("id").values_list("event", "provider")
    assert list(events) == [("creation", ""), ("login", "auth_proxy")]


def test_two_requests_may_make_the_user_at_once(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROXY_CREATE_USERS = True
    asked: list[object] = []

    def find_later(field: str, value: object) -> Any:
        """Miss the user whom another request is about to make."""
        asked.append(value)
        if len(asked) == 1:
            get_user_model().objects.create(username="grace")
            return None
        return find_user(field, value)

    monkeypatch.setattr("auth_proxy.users.find_user", find_later)
    assert ask("Grace").json()["username"] == "grace"
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize(
    "text", ["a b", "ada,admin", "x" * 151, "a\x00b", "\u0430dmin", "<script>"]
)
def test_a_text_that_is_no_name_makes_no_user(db: None, settings: Any, text: str) -> None:
    settings.PROXY_CREATE_USERS = True
    answer = ask(text)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert not get_user_model().objects.exists()


def test_an_inactive_user_is_refused_and_not_made_anew(user: Any, settings: Any) -> None:
    settings.PROXY_CREATE_USERS = True
    user.is_active = False
    user.save()
    assert ask("ada").status_code == 401
    assert get_user_model().objects.count() == 1


def test_a_page_of_another_origin_changes_nothing(user: Any) -> None:
    """The browser adds the cookie of the proxy to its requests."""
    headers = name("ada") | {"Origin": "https://evil.example"}
    query = {"query": "{ userInfo { username } }"}
    assert Client().post("/api/logout", {}, content_type=JSON, headers=headers).status_code == 403
    (error,) = Client().post("/graphql", query, content_type=JSON, headers=headers).json()["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    own = headers | {"Origin": "http://testserver"}
    assert Client().post("/api/logout", {}, content_type=JSON, headers=own).status_code == 204


def test_a_spelling_that_others_may_take_stops_the_start(settings: Any) -> None:
    assert not run_checks(tags=[PLUGINS])
    settings.PROXY_SECRET = ""
    (fault,) = run_checks(tags=[PLUGINS])
    assert fault.id == "auth_proxy.E001"
    assert "X_Forwarded_User" in fault.msg
    settings.PROXY_USER_HEADER = "RemoteUser"
    settings.TRUSTED_PROXIES = []
    assert [fault.id for fault in run_checks(tags=[PLUGINS])] == ["auth_proxy.E002"]
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    assert not run_checks(tags=[PLUGINS])


@pytest.mark.parametrize(
    "text", ["short", "x" * 40, "a secret with spaces in it, which is long", "é" * 40]
)
def test_a_weak_secret_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read_secret(text)


@pytest.mark.parametrize("text", ["X_User", "1", "-x", "X:Y", "x" * 100, "é"])
def test_a_name_that_no_header_has_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read_header_name(text)
    assert read_header_name(" Remote-User ") == "Remote-User"
