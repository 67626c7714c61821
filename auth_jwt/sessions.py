"""Beginning, finding and ending sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.crypto import constant_time_compare
from rest_framework.request import Request

from auth_core.address import find_address
from auth_core.text import bound_text
from auth_jwt.models import Session, SessionQuerySet
from auth_jwt.tokens import BadTokenError, Claims

# A request that does nothing else need not write each time.
TOUCHED_EVERY = timedelta(minutes=1)


def begin_session(request: Request, user: Any, now: datetime) -> Session:
    """Store and return the session of a login."""
    ends_at = now + settings.JWT_SESSION_EXPIRATION
    address = find_address(request.META)
    return Session.objects.create(
        user=user,
        created_at=now,
        last_used_at=now,
        rotated_at=now,
        expires_at=min(now + settings.JWT_REFRESH_EXPIRATION, ends_at),
        ends_at=ends_at,
        auth_hash=user.get_session_auth_hash(),
        address=str(address) if address else None,
        agent=bound_text(request.META.get("HTTP_USER_AGENT", ""), 200),
    )


def find_session(claims: Claims, now: datetime) -> Session:
    """Return the live session of a token, with its user, by one query.

    The user's `role_names` are filled in: nobody has to ask for the roles again. Raises BadTokenError where the
    session or its user is gone, ended or inactive, or has another password by now.
    """
    # A row for each role; a user has few of them.
    rows = Session.objects.live(now).select_related("user").annotate(role_name=F("user__groups__name"))
    found: list[Any] = list(rows.filter(pk=_parse_id(claims)))
    if not found or not _is_good(found[0], claims):
        raise BadTokenError
    session: Session = found[0]
    user: Any = session.user
    user.role_names = sorted(row.role_name for row in found if row.role_name is not None)
    return session


def _parse_id(claims: Claims) -> UUID:
    try:
        return UUID(claims["sid"])
    except ValueError:
        raise BadTokenError from None


def _is_good(session: Session, claims: Claims) -> bool:
    user = session.user
    same_password = constant_time_compare(session.auth_hash, user.get_session_auth_hash())
    return user.is_active and same_password and str(user.pk) == claims["sub"]


def sessions_of(user: Any, now: datetime) -> SessionQuerySet:
    """Return those of the user's sessions whose tokens are taken."""
    return Session.objects.live(now).filter(user=user, auth_hash=user.get_session_auth_hash())


def touch_session(session: Session, now: datetime) -> None:
    """Note that the session is in use."""
    if now - session.last_used_at >= TOUCHED_EVERY:
        Session.objects.filter(pk=session.pk).update(last_used_at=now)


def end_sessions(sessions: SessionQuerySet, now: datetime) -> int:
    """End those of the sessions that live, from the next request on; return how many there were."""
    return sessions.live(now).update(revoked_at=now)
