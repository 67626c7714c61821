"""The settings of mails, which each plugin that sends some declares: `auth_settings = MAIL | …`."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from environs import ValidationError

_BACKENDS = "django.core.mail.backends"
# Seconds that the mail server may be silent.
TIMEOUT = 10
SERVERS = (
    "smtp://user:password@host:587, smtps://user:password@host:465, smtp://host:25?tls=none, "
    "file:///folder or console:"
)


def read_mail_server(text: str) -> dict[str, Any]:
    """Return the arguments of Django's get_connection() for a URL."""
    url = urlsplit(text.strip())
    match url.scheme:
        case "console":
            return {"backend": f"{_BACKENDS}.console.EmailBackend"}
        case "file" if url.path:
            return {"backend": f"{_BACKENDS}.filebased.EmailBackend", "file_path": url.path}
        case "smtp" | "smtps" if url.hostname and url.query in ("", "tls=none"):
            return {"backend": f"{_BACKENDS}.smtp.EmailBackend", **_read_smtp(url)}
    raise ValidationError(SERVERS)


def _read_smtp(url: SplitResult) -> dict[str, Any]:
    is_tls = url.scheme == "smtps"
    try:
        port = url.port
    except ValueError:
        raise ValidationError(SERVERS) from None
    return {
        "host": url.hostname,
        "port": port or (465 if is_tls else 587),
        "username": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "use_ssl": is_tls,
        "use_tls": not is_tls and not url.query,
        "timeout": TIMEOUT,
    }


def read_sender(text: str) -> str:
    """Return the sender of mails: an address, or a name and an address in angle brackets."""
    sender = text.strip()
    _, address = parseaddr(sender)
    if "@" not in address or not sender.isprintable():
        raise ValidationError("an address such as Example <no-reply@example.org>")
    return sender


def _has_good_port(url: SplitResult) -> bool:
    try:
        return url.port != 0
    except ValueError:
        return False


def read_public_url(text: str) -> str:
    """Return the address at which people reach the service, without a slash at its end."""
    found = text.strip().rstrip("/")
    url = urlsplit(found)
    if (
        url.scheme not in ("http", "https")
        or not (url.hostname and _has_good_port(url))
        or url.query
        or url.fragment
        # It stands in mails: a blank would end the link there, and all readers see a password.
        or url.username is not None
        or len(found.split()) > 1
    ):
        raise ValidationError("an address such as https://api.example.org")
    return found


NO_SENDER = "no-reply@localhost"
MAIL: Mapping[str, Any] = {
    "EMAIL_URL": (read_mail_server, None),
    "DEFAULT_FROM_EMAIL": (read_sender, NO_SENDER),
    "PUBLIC_URL": (read_public_url, ""),
}
