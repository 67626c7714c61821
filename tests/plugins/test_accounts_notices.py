"""Mails that tell owners what happens to their accounts: after the commit, bounded, to the verified
address alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from api_http.exceptions import Busy
from auth_accounts import devices
from auth_accounts.addresses import verify_address
from auth_accounts.devices import is_new_device
from auth_accounts.models import EmailAddress, KnownDevice
from auth_core.audit import recently_recorded, record
from auth_core.mail.outbox import outbox
from auth_core.models import AuthEvent
from auth_mfa.models import Factor
from auth_mfa.use_cases import end_factor
from tests.conftest import make_basic_header
from tests.plugins.apikeys import call_with, make_key
from tests.plugins.mailbox import PUBLIC_URL, Mails
from tests.plugins.mfa import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
ADDRESS = "ada@example.org"
NEW = "another password that nobody has"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:{}.0) Gecko/20100101 Firefox/{}.0"
SUBJECT = "A new device logged in to your account"
HOME, AWAY = "192.0.2.7", "203.0.113.5"


@pytest.fixture
def ada(user: Any) -> Any:
    get_user_model().objects.filter(pk=user.pk).update(email=ADDRESS)
    user.refresh_from_db()
    verify_address(user, ADDRESS)
    return user


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    devices.seen.clear()
    recently_recorded.clear()
    yield
    devices.seen.clear()
    recently_recorded.clear()


@pytest.fixture
def read(mails: Mails, django_capture_on_commit_callbacks: Any) -> Any:
    """Do something, commit it, and return the mails that follow."""

    def read(act: Any) -> list[Any]:
        outbox.drain()
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return list(mails.read())

    return read


def log_in(agent: str = "curl/8.5", address: str = HOME, **more: Any) -> Any:
    body = {"username": "ada", "password": "ada", **more}
    client = APIClient(REMOTE_ADDR=address, HTTP_USER_AGENT=agent)
    return client.post("/api/login", body)


def log_in_to_admin() -> Any:
    browser = Client(REMOTE_ADDR=AWAY, HTTP_USER_AGENT=FIREFOX.format(99, 99))
    return browser.post("/admin/login/", {"username": "ada", "password": "ada"})


def log_in_by_basic() -> Any:
    headers = {"Authorization": make_basic_header("ada", "ada"), "User-Agent": "wget/1"}
    return APIClient(headers=headers).get("/api/me")


def test_a_new_device_is_told_and_the_first_one_is_not(read: Any, ada: Any) -> None:
    assert read(log_in) == []
    (notice,) = read(lambda: log_in(FIREFOX.format(131, 131), AWAY))
    assert (notice.to, notice.subject) == ([ADDRESS], SUBJECT)
    at = AuthEvent.objects.filter(event="login").latest("id").at
    body = " ".join(notice.body.split())
    for fact in ("ada", f"{at:%Y-%m-%d %H:%M} UTC", "Firefox on Windows", AWAY, PUBLIC_URL):
        assert fact in body
    assert f"{PUBLIC_URL}/account/reset" in notice.alternatives[0][0]


def test_a_device_stays_known_after_an_update_and_at_another_address_nearby(
    read: Any, ada: Any, settings: Any
) -> None:
    read(lambda: log_in("curl/8.5"))
    assert read(lambda: log_in("curl/9.0", "192.0.200.1")) == []
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 50, [settings.SECRET_KEY]
    assert read(lambda: log_in("curl/9.1")) == []
    assert KnownDevice.objects.count() == 1
    row = str(KnownDevice.objects.values())
    assert "curl" not in row
    assert "192.0" not in row


def test_a_device_that_was_away_for_long_is_new(read: Any, ada: Any) -> None:
    read(log_in)
    KnownDevice.objects.update(used_at=timezone.now() - timedelta(days=91))
    devices.seen.clear()
    assert [each.subject for each in read(log_in)] == [SUBJECT]
    devices.seen.clear()
    assert read(log_in) == []


@pytest.mark.parametrize("way", [log_in_to_admin, log_in_by_basic], ids=["admin", "Basic"])
def test_it_is_told_whatever_the_way_in(read: Any, ada: Any, way: Any) -> None:
    ada.is_staff = True
    ada.save()
    read(log_in)
    assert [each.subject for each in read(way)] == [SUBJECT]


def test_a_use_of_a_key_is_no_login(read: Any, ada: Any) -> None:
    key = make_key(ada)
    read(log_in)
    client = call_with(key)
    client.defaults.update(REMOTE_ADDR=AWAY, HTTP_USER_AGENT="robot/1")
    assert read(lambda: client.get("/api/me")) == []


def test_an_address_that_is_not_verified_gets_nothing(read: Any, ada: Any) -> None:
    EmailAddress.objects.all().delete()
    read(log_in)
    assert read(lambda: log_in("other/1")) == []
    assert KnownDevice.objects.count() == 2


def test_the_setting_turns_it_off(read: Any, ada: Any, settings: Any) -> None:
    settings.NEW_DEVICE_MAILS = False
    read(log_in)
    assert read(lambda: log_in("other/1")) == []
    assert not KnownDevice.objects.exists()


def test_a_login_that_is_taken_back_is_not_told(mails: Mails, ada: Any) -> None:
    log_in()
    assert mails.read() == []
    assert not KnownDevice.objects.exists()


def test_many_devices_are_neither_told_nor_kept(read: Any, ada: Any) -> None:
    read(log_in)
    told = [len(read(lambda name=name: log_in(f"program{name}/1"))) for name in "abcde"]
    assert told == [1, 1, 1, 0, 0]
    for number in range(devices.MOST + 5):
        event = record("login", user=ada)
        event.agent = f"many{number}"
        is_new_device(event)
    assert KnownDevice.objects.count() == devices.MOST


def test_of_two_processes_one_tells(ada: Any) -> None:
    event = record("login", user=ada)
    is_new_device(event)
    event.agent = "other/1"
    rows = KnownDevice.objects.all()
    assert is_new_device(event)
    assert not is_new_device(event)
    assert rows.count() == 2


def test_a_known_device_costs_nothing_and_a_new_one_no_query_before_the_answer(
    read: Any, ada: Any, settings: Any
) -> None:
    read(log_in)
    counts = []
    for agent, is_on in (("curl/8.5", False), ("curl/8.5", True), ("new/1", True)):
        settings.NEW_DEVICE_MAILS = is_on
        with CaptureQueriesContext(connection) as seen:
            assert log_in(agent).status_code == 201
        counts.append(len(seen))
    assert len(set(counts)) == 1


def test_a_full_outbox_fails_no_login(
    read: Any, ada: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(job: object) -> None:
        raise Busy(30)

    monkeypatch.setattr(outbox, "put", refuse)
    statuses: list[int] = []
    assert read(lambda: statuses.append(log_in().status_code)) == []
    assert statuses == [201]
    assert "notice_dropped" in caplog.text


def test_a_broken_notice_fails_no_login(
    read: Any, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(event: object) -> bool:
        raise RuntimeError

    monkeypatch.setattr("auth_accounts.notices.is_seen", fail)
    statuses: list[int] = []
    read(lambda: statuses.append(log_in().status_code))
    assert statuses == [201]


@pytest.mark.parametrize(
    "agent",
    [
        "Your bank: call https://evil.example now",
        "x\r\nBcc: eve@evil.example",
        "<a href='//evil.example'>/1",
        "evil.example",
    ],
)
def test_the_name_of_a_device_brings_neither_links_nor_headers(
    read: Any, ada: Any, agent: str
) -> None:
    read(log_in)
    (notice,) = read(lambda: log_in(agent))
    message = notice.message()
    assert "Bcc" not in message
    text = notice.body + notice.alternatives[0][0]
    assert "evil.example" not in text
    assert "<a href='" not in text


def test_changes_of_what_opens_the_account_are_told(read: Any, ada: Any) -> None:
    subjects = [
        read(lambda: record("factor_added", user=ada, provider="auth_mfa")),
        read(lambda: end_factor(first_factor(ada))),
        read(lambda: make_key(ada)),
        read(lambda: rename(ada)),
        read(lambda: set_password(ada)),
    ]
    assert [[each.subject for each in found] for found in subjects] == [
        ["A second factor was added to your account"],
        ["A second factor was removed from your account"],
        ["An API key was made for your account"],
        ["Your user name was changed"],
        ["Your password was changed"],
    ]


def first_factor(user: Any) -> Any:
    enrol(user)
    return Factor.objects.get(user=user)


def rename(user: Any) -> None:
    user.username = "lovelace"
    user.save()


def set_password(user: Any) -> None:
    user.set_password(NEW)
    user.save()


def test_a_change_by_an_administrator_says_so(read: Any, ada: Any, as_admin: APIClient) -> None:
    path = f"/api/users/{ada.pk}"
    (notice,) = read(lambda: as_admin.patch(path, {"password": NEW}))
    assert notice.subject == "Your password was changed"
    assert "Somebody else did it" in notice.body


def test_the_old_address_is_told_of_a_new_one_that_an_administrator_writes(
    read: Any, ada: Any, as_admin: APIClient
) -> None:
    path = f"/api/users/{ada.pk}"
    (notice,) = read(lambda: as_admin.patch(path, {"email": "new@example.org"}))
    assert (notice.to, notice.subject) == ([ADDRESS], "Your e-mail address was changed")
    assert read(lambda: as_admin.patch(path, {"email": "typo@example.org"})) == []


def test_notices_of_a_kind_are_bounded_and_a_lock_is_told_once_a_day(
    read: Any, ada: Any, settings: Any
) -> None:
    told = [len(read(lambda: set_password(ada))) for _ in range(5)]
    assert told == [1, 1, 1, 0, 0]
    settings.LOCKOUT_ACCOUNT_TRIES = 1
    subject = "Many wrong passwords or codes were tried for your account"
    found = read(lambda: [log_in(password=f"wrong {number}") for number in range(3)])
    assert [each.subject for each in found] == [subject]
    assert read(lambda: record("lock", user=ada)) == []


def test_a_deleted_and_an_inactive_account_get_nothing(read: Any, ada: Any) -> None:
    def record_and(act: Any) -> None:
        record("key_created", user=ada)
        act()

    users = get_user_model().objects.filter(pk=ada.pk)
    assert read(lambda: record_and(lambda: users.update(is_active=False))) == []
    assert read(lambda: record_and(users.delete)) == []
    assert not KnownDevice.objects.exists()
