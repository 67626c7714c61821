"""Mails made of templates. The first line of a template is the subject."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.http import HttpRequest
from django.template.loader import render_to_string, select_template
from django.utils import translation
from rest_framework.request import Request

_CONSOLE = "django.core.mail.backends.console.EmailBackend"
_DJANGOS_OWN = "django.core.mail.backends.smtp.EmailBackend"
# Makes a paragraph of HTML of each paragraph, and a link of each link.
HTML = "auth_core/mail.html"


@dataclass(frozen=True)
class Mail:
    """A mail to one address, from the template `<template>.txt`, in the language of the person.

    A template `<template>.html` is its HTML, if there is one. `facts` may hold a link, which is a
    secret.
    """

    to: str
    template: str
    language: str
    facts: dict[str, Any] = field(default_factory=dict, repr=False)


def find_language(request: HttpRequest | Request) -> str:
    """Return the language that the client asks for, of those that Django knows."""
    return translation.get_language_from_request(getattr(request, "_request", request))


def build_link(path: str, **parameters: str) -> str:
    """Return an address under PUBLIC_URL; a request's Host header has no part in it.

    Without PUBLIC_URL, which only DEBUG allows, it is this machine's.
    """
    base = settings.PUBLIC_URL or f"http://127.0.0.1:{settings.PORT}"
    return add_parameters(f"{base}{path}", **parameters)


def add_parameters(address: str, **parameters: str) -> str:
    """Return the address with a query of these parameters, if there are any."""
    return f"{address}?{urlencode(parameters)}" if parameters else address


def deliver(mail: Mail) -> None:
    """Send the mail now. Raises what the backend raises, such as OSError."""
    with translation.override(mail.language):
        text = render_to_string(f"{mail.template}.txt", mail.facts).strip()
        subject, _, body = text.partition("\n")
        facts = {**mail.facts, "subject": subject, "paragraphs": _split(body)}
        html = select_template([f"{mail.template}.html", HTML]).render(facts)
    message = EmailMultiAlternatives(
        " ".join(subject.split()),
        body.strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [mail.to],
        connection=open_connection(),
        # No answers by robots on holiday (RFC 3834).
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(html, "text/html")
    message.send()


def open_connection() -> Any:
    """Return the mail backend: of EMAIL_URL, else Django's EMAIL_BACKEND, else the console."""
    if settings.EMAIL_URL:
        return get_connection(**settings.EMAIL_URL)
    return get_connection(_CONSOLE if settings.EMAIL_BACKEND == _DJANGOS_OWN else None)


def has_backend() -> bool:
    """Whether the settings choose a mail backend."""
    return bool(settings.EMAIL_URL) or settings.EMAIL_BACKEND != _DJANGOS_OWN


def _split(body: str) -> list[dict[str, Any]]:
    paragraphs = (" ".join(part.split()) for part in body.split("\n\n"))
    return [
        {"text": text, "is_link": text.startswith(("http://", "https://")) and " " not in text}
        for text in paragraphs
        if text
    ]
