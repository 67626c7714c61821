"""The audit: events of accounts and keys, as append-only rows and as log lines."""

from __future__ import annotations

import logging
import re
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.dispatch import Signal
from django.http import HttpRequest
from rest_framework.request import Request

from api_http.exceptions import Unavailable
from auth_core.address import find_address
from auth_core.expiring_set import ExpiringSet
from auth_core.models import AuthEvent, EventName
from auth_core.text import bound_text
from runtime.metrics.families import Counter

AnyRequest = HttpRequest | Request
# Changes of accounts arrive as Django's signals, which carry no request.
current_request: ContextVar[AnyRequest | None] = ContextVar("current_request", default=None)

_records_login: ContextVar[bool] = ContextVar("_records_login", default=False)

# LOGGING in config/settings.py formats its lines.
_logger = structlog.wrap_logger(
    logging.getLogger(__name__),
    processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
)


events = Counter(
    "auth_events_total",
    "Audited events. Of those that repeat, one in five minutes counts.",
)

# Sent with `event`, the row of a login, in its transaction; not for a use of credentials such as a
# key. The login succeeds whatever a receiver does.
logged_in = Signal()

# Seconds. Each process records a repeated event once in this time. Without this limit, Basic
# clients and attackers would fill the audit table.
RECORD_PAUSE = 300
recently_recorded = ExpiringSet(RECORD_PAUSE)
# The audit has a column of this length.
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,19}")


def record(
    event: EventName | str,
    *,
    request: AnyRequest | None = None,
    user: Any = None,
    username: str = "",
    provider: str = "",
    detail: str = "",
) -> AuthEvent:
    """Add an event to the audit, and to the log. Return its row.

    The row is part of the open transaction: a rollback takes it back with the change that it is
    about. `event` is a value of EventName, or a name of a plugin's own such as "mfa_failed"; a name
    with more than 20 characters, or others than a-z, 0-9 and "_", raises ValueError. `request`
    defaults to the request that is being answered, `username` to the user's name. Texts of clients
    are cut and cleaned. Raises Unavailable (503) where the row cannot be written, so record an
    event before the answer hands anything out.
    """
    request = request or current_request.get()
    if not _EVENT.fullmatch(event):
        raise ValueError(f"{event!r} is no name of an event, such as 'mfa_failed'")
    row = AuthEvent(
        event=str(event),
        detail=bound_text(detail, 200),
        user_id=getattr(user, "pk", None),
        actor_id=_find_actor(request, user),
        username=bound_text(username or (user.get_username() if user else ""), 150),
        provider=provider,
        **_describe_request(request),
    )
    try:
        with transaction.atomic():
            row.save()
    except DatabaseError as error:
        _logger.error("audit_failed", **_describe_event(row), error=type(error).__name__)  # noqa: TRY400
        raise Unavailable from error
    _logger.info(row.event, **_describe_event(row))
    events.count(event=row.event, provider=provider)
    return row


@contextmanager
def recorded_by_core() -> Iterator[None]:
    """Return a context of a login that the core records itself. Django's signal adds no event."""
    token = _records_login.set(True)
    try:
        yield
    finally:
        _records_login.reset(token)


def is_recorded_by_core() -> bool:
    return _records_login.get()


def record_login(**facts: Any) -> None:
    """Record a login, and tell the receivers of `logged_in`. Raises Unavailable."""
    logged_in.send_robust(sender=AuthEvent, event=record(EventName.LOGIN, **facts))


def record_once(key: Hashable, event: EventName | str, **facts: Any) -> None:
    """Record an event, if this process has not recorded it under this key in five minutes."""
    with once_in_a_while(key) as is_due:
        if is_due:
            record(event, **facts)


@contextmanager
def once_in_a_while(key: Hashable) -> Iterator[bool]:
    """Return a context in which to record an event, and whether to: not if this process has done so
    under this key in five minutes.
    """
    is_due = recently_recorded.add(key)
    try:
        yield is_due
    except BaseException:
        if is_due:
            recently_recorded.discard(key)
        raise


def _find_actor(request: AnyRequest | None, user: Any) -> Any:
    """Return the key of the user who acts, if that is another one. Starts no authentication."""
    authenticated = getattr(getattr(request, "_request", request), "authenticated", None)
    actor = getattr(authenticated, "actor", None)
    found = actor if isinstance(actor, get_user_model()) else find_caller(request)
    return None if found is None or found.pk == getattr(user, "pk", None) else found.pk


def find_caller(request: AnyRequest | None = None) -> Any:
    """Return the user who calls, by default of the current request; `None` if unknown."""
    request = request or current_request.get()
    caller = getattr(getattr(request, "_request", request), "user", None)
    return caller if isinstance(caller, get_user_model()) else None


def _describe_request(request: AnyRequest | None) -> dict[str, Any]:
    if request is None:
        return {}
    address = find_address(request.META)
    return {
        "address": address and str(address),
        "agent": bound_text(request.META.get("HTTP_USER_AGENT", ""), 200),
        "request_id": bound_text(request.META.get("HTTP_X_REQUEST_ID", ""), 64),
    }


def _describe_event(row: AuthEvent) -> dict[str, Any]:
    """Return what is known of the event, for a log line."""
    known = {
        "detail": row.detail,
        "user": row.user_id and str(row.user_id),
        "actor": row.actor_id and str(row.actor_id),
        "username": row.username,
        "provider": row.provider,
        "address": row.address,
        "agent": row.agent,
        "request_id": row.request_id,
    }
    return {name: value for name, value in known.items() if value}
