"""Mails and sign-up, for the tests of plugins that send mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail

from auth_accounts.settings import SignUp
from auth_core.mail.outbox import outbox

PUBLIC_URL = "https://api.example.org"
PASSWORD = "a password of nine words that nobody has"


class Mails:
    """The mails that the outbox has sent by now."""

    def read(self) -> list[Any]:
        outbox.drain()
        return mail.outbox

    def links(self, to: str = "") -> list[str]:
        found = [each for each in self.read() if not to or each.to == [to]]
        return [link for each in found for link in re.findall(r"https://\S+", str(each.body))]

    def token(self, to: str = "") -> str:
        """Return the token of the newest link."""
        return re.split(r"[?&](?:token|invitation)=", self.links(to)[-1])[1].split("&")[0]


@pytest.fixture
def mails(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mails]:
    """Let the outbox work when the test reads its mails, in the test's own transaction."""
    settings.EMAIL_URL = None
    settings.PUBLIC_URL = PUBLIC_URL
    settings.DEFAULT_FROM_EMAIL = "Example <no-reply@example.org>"
    settings.SIGN_UP = SignUp("open")
    outbox.drain()
    mail.outbox.clear()
    monkeypatch.setattr(outbox, "start", lambda: None)
    yield Mails()
    outbox.drain()
