"""Beginning, finding and ending sessions, and noting their use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import DateTimeField, UUIDField
from django.utils.crypto import constant_time_compare
from rest_framework.request import Request

from auth_core.address import find_address
from auth_core.last_use import note_use
from auth_core.login_time import find_login_time
from auth_core.text import bound_text
from auth_jwt.models import Session, SessionQuerySet
from auth_jwt.tokens import BadTokenError, Claims, EndedTokenError
from statements.parameters import Parameter
from statements.statement import InstanceColumns, Row, Statement
from statements.writing import insert

_user_field: Any = Session._meta.get_field("user")
# A request that does nothing else need not write each time.
TOUCHED_EVERY = timedelta(minutes=1)


def begin_session(request: Request, user: Any, now: datetime) -> Session:
    """Store and return the session of a login."""
    ends_at = now + settings.JWT_SESSION_EXPIRATION
    session = Session(
        user=user,
        created_at=now,
        authenticated_at=find_login_time(request),
        last_used_at=now,
        rotated_at=now,
        expires_at=min(now + settings.JWT_REFRESH_EXPIRATION, ends_at),
        ends_at=ends_at,
        auth_hash=user.get_session_auth_hash(),
        **describe_client(request),
    )
    insert(session)
    return session


def describe_client(request: Request) -> dict[str, str | None]:
    """Return the origin of a request as columns of a session: its address and its program."""
    address = find_address(request.META)
    agent = bound_text(request.META.get("HTTP_USER_AGENT", ""), 200)
    return {"address": str(address) if address else None, "agent": agent}


def find_session(claims: Claims, now: datetime) -> Session:
    """Return the live session of a token, with its user, by one query.

    The user's `role_names` are filled in, so the roles cost no other query. Raises BadTokenError if
    the session or its user is gone, ended or inactive, or has another password by now.
    """
    finder = _finder()
    # A row for each role; a user has few of them.
    found = finder.statement.fetch(id=_parse_id(claims), now=now)
    if not found:
        raise EndedTokenError
    session, user = finder.build(found[0])
    if not _is_good(session, user, claims):
        raise EndedTokenError
    user.role_names = sorted(role for *_, role in found if role is not None)
    # As `session.user = user` does, which asks the database routers as well.
    _user_field.set_cached_value(session, user)
    return session


class _Finder:
    """The statement that reads a session, its user and the names of the user's roles."""

    def __init__(self) -> None:
        self._session, self._user = (
            InstanceColumns(Session),
            InstanceColumns(get_user_model(), "user__"),
        )
        rows = Session.objects.live(Parameter("now", DateTimeField())).filter(
            pk=Parameter("id", UUIDField())
        )
        names = (*self._session.names, *self._user.names, "user__groups__name")
        self.statement = Statement(rows.order_by().values_list(*names))

    def build(self, row: Row) -> tuple[Session, Any]:
        width = len(self._session.names)
        return self._session.build(row[:width]), self._user.build(row[width:-1])


_finder = cache(_Finder)


def _parse_id(claims: Claims) -> UUID:
    try:
        return UUID(claims["sid"])
    except ValueError:
        raise BadTokenError from None


def _is_good(session: Session, user: Any, claims: Claims) -> bool:
    same_password = any(
        constant_time_compare(session.auth_hash, each) for each in auth_hashes(user)
    )
    return user.is_active and same_password and str(user.pk) == claims["sub"]


def auth_hashes(user: Any) -> Iterator[str]:
    """Yield what stands for the user's password in a session: under SECRET_KEY, then under each of
    its fallbacks.
    """
    yield user.get_session_auth_hash()
    yield from user.get_session_auth_fallback_hash()


def sessions_of(user: Any, now: datetime) -> SessionQuerySet:
    """Return the user's sessions with valid tokens; an empty queryset for a machine."""
    if not isinstance(user, get_user_model()):
        return Session.objects.none()
    return Session.objects.live(now).filter(user=user, auth_hash__in=list(auth_hashes(user)))


def end_sessions(sessions: SessionQuerySet, now: datetime) -> int:
    """End those of the sessions that live, from the next request on; return how many there were."""
    return sessions.live(now).update(revoked_at=now)


def touch_session(session: Session, now: datetime) -> None:
    """Note that the session is in use, if that is possible at once. Never fails."""
    if now - session.last_used_at >= TOUCHED_EVERY:
        note_use(session, "last_used_at", now)
