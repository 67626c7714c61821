"""Mails: their settings, and the thread that sends them after the answer."""

from __future__ import annotations

import logging
from threading import Event
from typing import Any

import pytest
from environs import ValidationError
from rest_framework.test import APIClient

from api_http.exceptions import Busy
from auth_core.mail import outbox as module
from auth_core.mail.addresses import find_recipient, read_address
from auth_core.mail.checks import check_mail_settings
from auth_core.mail.outbox import MOST, Outbox
from runtime.mail_settings import NO_SENDER, read_mail_server, read_public_url, read_sender
from tests.plugins.mailbox import Mails


def test_a_thread_does_the_jobs_and_a_later_job_as_well() -> None:
    box = Outbox()
    for _ in range(2):
        done = Event()
        box.put(done.set)
        assert done.wait(10)


def test_so_many_jobs_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Outbox()
    monkeypatch.setattr(box, "start", lambda: None)
    for _ in range(MOST):
        box.put(lambda: None)
    with pytest.raises(Busy):
        box.put(lambda: None)
    assert box.drain() == MOST


def test_a_mail_that_fails_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("ada@example.org is unknown")

    box = Outbox()
    monkeypatch.setattr(box, "start", lambda: None)
    box.put(fail)
    box.put(lambda: done.append("sent"))
    with caplog.at_level(logging.ERROR, logger=module.__name__):
        box.drain()
    assert done == ["sent"]
    assert "mail_failed: OSError" in caplog.text
    assert "ada@" not in caplog.text


def test_a_thread_that_cannot_start_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    box, done = Outbox(), Event()

    def fail() -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(box, "start", fail)
        box.put(lambda: None)
    box.put(done.set)
    assert done.wait(10)


@pytest.mark.django_db
@pytest.mark.usefixtures("quick_hashes")
def test_no_log_has_a_token_or_a_password(
    api: APIClient, mails: Mails, caplog: pytest.LogCaptureFixture
) -> None:
    form = {"email": "ada@example.org", "password": "a password that no log has", "username": "ada"}
    with caplog.at_level(logging.DEBUG):
        api.post("/api/register", form)
        token = mails.token()
        api.post("/api/register/verify", {"token": token, "username": "a b"})
        api.post("/api/register/verify", {"token": token})
    assert "creation" in caplog.text
    assert token not in caplog.text
    assert form["password"] not in caplog.text


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("console:", {}),
        ("file:///mails", {"file_path": "/mails"}),
        ("smtp://ada:p%40ss@mail.example.org", {"port": 587, "password": "p@ss", "use_tls": True}),
        ("smtps://mail.example.org", {"port": 465, "use_ssl": True, "use_tls": False}),
        ("smtp://localhost:25?tls=none", {"port": 25, "use_ssl": False, "use_tls": False}),
    ],
)
def test_a_mail_server_is_a_url(text: str, facts: dict[str, Any]) -> None:
    assert read_mail_server(text).items() >= facts.items()


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_mail_server, "mail.example.org"),
        (read_mail_server, "smtp://mail.example.org:port"),
        (read_mail_server, "smtp://mail.example.org?tls=maybe"),
        (read_sender, "nobody"),
        (read_sender, "a@example.org\nBcc: b@example.org"),
        (read_public_url, "api.example.org"),
        (read_public_url, "https://api.example.org?x=y"),
        (read_public_url, "https://api.example.org:99999"),
        (read_public_url, "https://user:s3cret@api.example.org"),
        (read_public_url, "https://api.example.org/a b"),
    ],
)
def test_other_values_are_refused(read: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        read(text)


def test_a_check_asks_for_the_settings_in_production(settings: Any) -> None:
    settings.EMAIL_URL, settings.PUBLIC_URL = None, ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = NO_SENDER
    found = [fault.id for fault in check_mail_settings()]
    assert found == ["auth_core.E020", "auth_core.E021", "auth_core.E022"]
    settings.DEBUG = True
    assert check_mail_settings() == []


@pytest.mark.django_db
def test_without_verified_addresses_an_account_is_found_if_it_alone_has_the_address(
    user: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [app for app in settings.INSTALLED_APPS if app != "auth_accounts"]
    settings.INSTALLED_APPS = others
    type(user).objects.filter(pk=user.pk).update(email="Ada@Example.org")
    assert find_recipient("ada@example.org") == (user, "Ada@Example.org")
    type(user).objects.create(username="bob", email="ada@example.org")
    assert find_recipient("ada@example.org") == (None, "")


def test_the_domain_of_an_address_is_folded() -> None:
    assert read_address(" Ada@EXAMPLE.org ") == "Ada@example.org"
