"""What the core audits and counts for every provider, which does nothing for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import override_settings
from rest_framework.test import APIClient

from auth_core import Authenticated, Principal, record
from auth_core.models import AuthEvent, LoginCounter
from tests.dummy_provider.provider import ApiKeyProvider
from tests.graph import ask
from tests.policies import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]


@pytest.fixture(autouse=True)
def dummy() -> Iterator[None]:
    with override_settings(INSTALLED_APPS=["tests.dummy_provider", *settings.INSTALLED_APPS]):
        yield


@pytest.fixture
def accept(monkeypatch: pytest.MonkeyPatch) -> Callable[..., APIClient]:
    """Let the dummy provider, which issues nothing then, find this for its key."""

    def install(*found: Any) -> APIClient:
        monkeypatch.setattr(ApiKeyProvider, "authenticate", lambda *_: Authenticated(*found))
        return APIClient(headers={"Authorization": "ApiKey x"})

    monkeypatch.delattr(ApiKeyProvider, "issue")
    return install


def refuse(api: APIClient, *headers: str) -> None:
    for header in headers:
        assert api.get("/api/me", headers={"Authorization": header}).status_code == 401
        assert "errors" in ask(APIClient(headers={"Authorization": header}), "{ userInfo { id } }")


def list_events(**wanted: Any) -> list[tuple[str, str, str, str]]:
    made = ("creation", "role_change")
    rows = AuthEvent.objects.filter(**wanted).exclude(event__in=made).order_by("pk")
    return list(rows.values_list("event", "provider", "detail", "username"))


def count_failures() -> int:
    return sum(
        LoginCounter.objects.filter(key__startswith="address:").values_list("failures", flat=True)
    )


def test_a_refusal_is_audited_once_and_each_secret_is_counted(api: APIClient) -> None:
    refuse(api, *(f"ApiKey {number}" for number in range(3)), "ApiKey 1")
    assert list_events() == [("failure", "dummy_provider", "authentication_failed", "")]
    assert AuthEvent.objects.get().address == "127.0.0.1"
    if not settings.CACHES["default"].get("LOCATION"):
        assert count_failures() == 3


def test_many_refusals_lock_logins_from_the_address_and_no_good_credentials(
    api: APIClient, user: Any
) -> None:
    credentials = {"username": "ada", "password": "ada"}
    token = api.post("/api/login", credentials).json()["accessToken"]
    with override_settings(LOCKOUT_ADDRESS_TRIES=3):
        refuse(api, *(f"ApiKey {number}" for number in range(4)))
        assert api.post("/api/login", credentials).status_code == 429
    assert api.get("/api/me", headers={"Authorization": f"ApiKey {token}"}).status_code == 200
    assert list_events(event="lock")[0][:2] == ("lock", "dummy_provider")


OURS = "django-auth-service"
FORGED = jwt.encode({"iss": OURS}, "a key that we do not have, of 32 bytes")


@pytest.mark.parametrize(
    ("header", "event"),
    [
        (f"Bearer {FORGED}", ("failure", "auth_jwt", "authentication_failed", "")),
        ("Bearer garbage", ("failure", "", "unknown", "")),
        ("Basic !", ("failure", "auth_basic", "malformed", "")),
    ],
)
def test_the_providers_of_the_house_are_audited_alike(
    api: APIClient, header: str, event: tuple[str, ...]
) -> None:
    refuse(api, header, header)
    assert list_events() == [event]


def test_signatures_are_not_counted_as_nobody_guesses_them(api: APIClient) -> None:
    refuse(api, *(f"Bearer {FORGED}{number}" for number in range(3)), "Bearer garbage")
    assert not LoginCounter.objects.exists()


def test_the_end_of_a_token_is_no_failure(api: APIClient, user: Any) -> None:
    with override_settings(
        INSTALLED_APPS=[app for app in settings.INSTALLED_APPS if "dummy" not in app]
    ):
        login = api.post("/api/login", {"username": "ada", "password": "ada"}).json()
    header = f"Bearer {login['accessToken']}"
    assert api.post("/api/logout", headers={"Authorization": header}).status_code == 204
    refuse(api, header)
    assert list_events(event="failure") == []


def test_a_wrong_password_is_audited_and_counted_once(api: APIClient, user: Any) -> None:
    refuse(api, "Basic YWRhOngx")
    assert [event[2] for event in list_events()] == ["wrong_password"] * 2


def test_a_refusal_stays_a_401_where_nothing_can_be_recorded(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(AuthEvent, "save", fail)
    refuse(api, "ApiKey 1")
    assert list_events() == []


def test_a_public_page_ignores_refused_credentials(api: APIClient) -> None:
    assert api.get("/api/_health/live", headers={"Authorization": "ApiKey 1"}).status_code == 204


def test_a_success_is_audited_once_for_a_user(user: Any, accept: Any) -> None:
    for _ in range(3):
        assert accept(user, "key").get("/api/me").status_code == 200
    accept(Principal("m-1"), "key").get("/api/me")
    assert list_events() == [
        ("login", "dummy_provider", "", "ada"),
        ("login", "dummy_provider", "", "m-1"),
    ]


def test_what_a_login_issued_is_not_audited_again(api: APIClient, user: Any) -> None:
    login = api.post("/api/login", {"username": "ada", "password": "ada"}).json()
    api.get("/api/me", headers={"Authorization": f"ApiKey {login['accessToken']}"})
    assert len(list_events(event="login")) == 1


def test_who_acts_for_another_is_named_and_needs_the_audit(
    user: Any, accept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = make_user("boss", "admin")
    assert accept(user, "key", None, boss).get("/api/me").json()["username"] == "ada"
    event = AuthEvent.objects.get(event="login")
    assert (event.user_id, event.actor_id) == (user.pk, boss.pk)


@pytest.mark.parametrize(("event", "shown"), [("mfa_failed", 1), ("login", 0)])
def test_the_command_shows_events_of_plugins(
    user: Any, capsys: pytest.CaptureFixture[str], event: str, shown: int
) -> None:
    record("mfa_failed", user=user)
    call_command("audit_log", "--event", event)
    assert capsys.readouterr().out.count("event=mfa_failed") == shown
    with pytest.raises(CommandError, match="There is no event 'mfa_faild'"):
        call_command("audit_log", "--event", "mfa_faild")


def test_a_plugin_records_events_of_its_own(user: Any) -> None:
    row = record("mfa_failed", user=user, provider="auth_mfa", detail="a wrong code")
    found = list_events()
    assert (found[0][0], str(row).split()[2:]) == (
        "mfa_failed",
        ["mfa_failed", "ada"],
    )


@pytest.mark.parametrize("name", ["", "MFA", "two words", "a" * 21, "x\n", "é"])
def test_an_event_has_a_plain_name(db: None, name: str) -> None:
    with pytest.raises(ValueError, match="is no name of an event"):
        record(name)
