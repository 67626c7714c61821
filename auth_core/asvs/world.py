"""Throwaway people who send requests to the service, and what it writes to its log meanwhile."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse

Answer = Any
# The prefix of documentation (RFC 3849), which no client has.
NOWHERE = int(IPv6Address("2001:db8::"))


@dataclass
class Person:
    """A user for the audit, at an address of their own, so that locks never meet."""

    user: Any
    username: str
    password: str
    address: str = field(
        default_factory=lambda: str(IPv6Address(NOWHERE + (secrets.randbits(32) << 64) + 1))
    )


@dataclass
class Tokens:
    """The tokens of a login, or its cookies."""

    answer: dict[str, Any]
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def header(self) -> dict[str, str]:
        if self.cookies and "accessToken" not in self.answer:
            return {"Cookie": "; ".join(f"{name}={each}" for name, each in self.cookies.items())}
        return {"Authorization": f"{self.answer.get('tokenType')} {self.answer.get('accessToken')}"}


class World:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        """What has been logged so far, rendered."""
        self.bodies: list[str] = []
        """What has been answered so far."""
        self._handler = ClientHandler(enforce_csrf_checks=False)

    def add_person(
        self, role: str | None = None, *, password: str | None = None, **flags: Any
    ) -> Person:
        username = f"asvs-{secrets.token_hex(8)}"
        password = secrets.token_urlsafe(24) if password is None else password
        user = get_user_model()._default_manager.create_user(username, password=password, **flags)
        if role is not None:
            user.groups.add(Group.objects.get_or_create(name=role)[0])
        return Person(user, username, password)

    def add_administrator(self) -> Person:
        return self.add_person(is_staff=True, is_superuser=True)

    def client(self, person: Person | None = None) -> Client:
        """A client over HTTPS that gets an answer to everything, as one outside does."""
        defaults = {"REMOTE_ADDR": person.address} if person else {}
        client = _Client(
            self.bodies, raise_request_exception=False, SERVER_NAME=_choose_host(), **defaults
        )
        # Of its own each would load the middleware anew, which took three quarters of the audit's
        # time.
        client.handler = self._handler
        return client

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        by: Person | None = None,
    ) -> Answer:
        """Send JSON from the person's address, with no credentials but those in the headers."""
        content = {"data": body, "content_type": "application/json"} if body is not None else {}
        return getattr(self.client(by), method)(path, headers=headers, secure=True, **content)

    def try_login(
        self, person: Person, password: str | None = None, *, username: str | None = None
    ) -> Answer:
        body = {"username": person.username if username is None else username}
        body["password"] = person.password if password is None else password
        return self.send("post", reverse("login"), body, by=person)

    def log_in(self, person: Person) -> Tokens:
        answer = self.try_login(person)
        if answer.status_code != 201:
            raise RuntimeError(f"login answered {answer.status_code} to the right password")
        cookies = {name: each.value for name, each in answer.cookies.items()}
        return Tokens(answer.json(), cookies)

    def is_let_in(self, headers: dict[str, str]) -> bool:
        """Whether the credentials open what is for known callers."""
        return bool(self.send("get", reverse("me"), headers=headers).status_code == 200)

    def open_admin(self, person: Person, password: str | None = None) -> tuple[Client, Answer]:
        """Log in to Django's admin; return the browser and its answer."""
        browser = self.client(person)
        form = {
            "username": person.username,
            "password": person.password if password is None else password,
        }
        return browser, browser.post(reverse("admin:login"), form, secure=True)

    def is_in_admin(self, browser: Client) -> bool:
        return bool(browser.get(reverse("admin:index"), secure=True).status_code == 200)


class _Client(Client):
    """Keeps what it is answered."""

    def __init__(self, bodies: list[str], **options: Any) -> None:
        super().__init__(**options)
        self._bodies = bodies

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        self._bodies.append(answer.content.decode(errors="replace"))
        return answer


@contextmanager
def make_world() -> Iterator[World]:
    """Yield a world; nothing of it is left afterwards, and nothing of it reaches the operator's
    log.
    """
    lines: list[str] = []
    with _capture_log(lines), transaction.atomic():
        yield World(lines)
        transaction.set_rollback(True)


@contextmanager
def _capture_log(lines: list[str]) -> Iterator[None]:
    root = logging.getLogger()
    kept, root.handlers = (
        root.handlers,
        [_Capture(lines, [handler.formatter for handler in root.handlers])],
    )
    try:
        yield
    finally:
        root.handlers = kept


class _Capture(logging.Handler):
    """Renders each record as the service's own handler would."""

    def __init__(self, lines: list[str], formatters: list[logging.Formatter | None]) -> None:
        super().__init__()
        self._lines = lines
        self.setFormatter(next(iter(formatters), None))

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


def _choose_host() -> str:
    host = next(iter(settings.ALLOWED_HOSTS), "localhost")
    return "localhost" if host == "*" else f"www{host}" if host.startswith(".") else str(host)
