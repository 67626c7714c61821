"""System checks of the settings of mails."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error

from auth_core.mail.messages import has_backend
from runtime.mail_settings import NO_SENDER, SERVERS


def check_mail_settings(**_: object) -> list[CheckMessage]:
    """Ask for a mail server, a sender and the service's own address, unless in DEBUG."""
    if settings.DEBUG:
        return []
    faults: list[CheckMessage] = []
    if not has_backend():
        faults.append(
            Error(
                "No mail can be sent: there is no mail server.",
                hint=f"Set EMAIL_URL, such as {SERVERS}.",
                id="auth_core.E020",
            )
        )
    if not settings.PUBLIC_URL:
        faults.append(
            Error(
                "Links in mails would lead nowhere: PUBLIC_URL is not set.",
                hint="Set PUBLIC_URL to the address of the service, such as "
                "https://api.example.org. The Host header of a request is never used.",
                id="auth_core.E021",
            )
        )
    if settings.DEFAULT_FROM_EMAIL == NO_SENDER:
        faults.append(
            Error(
                "Mails have no sender: DEFAULT_FROM_EMAIL is not set.",
                hint="Set DEFAULT_FROM_EMAIL, such as Example <no-reply@example.org>.",
                id="auth_core.E022",
            )
        )
    return faults
