"""System checks on the way in which the proxy names the user: a start without it is refused."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error

# A letter or a digit has one spelling in a header and in WSGI.
REMEDY = (
    "Set PROXY_SECRET, and let the proxy send it before the name: `X-Forwarded-User: <secret> "
    "<name>`. Or choose a PROXY_USER_HEADER of letters and digits alone, such as RemoteUser."
)


def check_proxy(**_: object) -> list[CheckMessage]:
    """Check that a client cannot pass its own header for that of the proxy."""
    found: list[CheckMessage] = []
    name = settings.PROXY_USER_HEADER
    if not (settings.PROXY_SECRET or name.isalnum()):
        spelt = name.replace("-", "_")
        found.append(
            Error(
                f"A client may send {spelt}, which this server takes for {name}, and name any "
                "user.",
                hint=REMEDY,
                id="auth_proxy.E001",
            )
        )
    if not settings.TRUSTED_PROXIES:
        found.append(
            Error(
                "auth_proxy believes no proxy, because TRUSTED_PROXIES is empty.",
                hint="Name the address of the proxy in TRUSTED_PROXIES, or take auth_proxy out.",
                id="auth_proxy.E002",
            )
        )
    return found
