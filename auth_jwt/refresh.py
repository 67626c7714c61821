"""Refreshing: a refresh token has a single successor, also for parallel requests."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from rest_framework.request import Request

from api_http.limits.counting import count
from auth_core.audit import record
from auth_core.models import EventName
from auth_jwt.kinds import NAME, REFRESH
from auth_jwt.models import Session
from auth_jwt.revocation import revoke
from auth_jwt.sessions import describe_client, find_session
from auth_jwt.tokens import BadTokenError, Claims, read_token
from statements.conflicts import run_again


def refresh_session(request: Request, token: str, now: datetime) -> Session:
    """Return the token's session at the generation that follows the token's.

    The first to ask makes that generation. Who asks again within settings.JWT_REFRESH_GRACE (the
    answer was lost, or two tabs asked at once) is given the same one, until its own refresh token
    has been used. An older token means a copy, so the session ends.

    Raises BadTokenError, and Throttled if the session is refreshed too often (THROTTLE_REFRESH).
    """
    claims = read_token(REFRESH, token, now)
    rate = getattr(settings, "THROTTLE_REFRESH", None)
    count(request, "refresh", rate, f"session:{claims['sid']}")
    return run_again(partial(_refresh, request, claims, now))


def _refresh(request: Request, claims: Claims, now: datetime) -> Session:
    session = find_session(claims, now)
    current = session.generation == claims["gen"]
    if (current and _advance(request, session, now)) or _may_repeat(session, claims["gen"], now):
        return session
    revoke(
        Session.objects.filter(pk=session.pk), session.user, now, EventName.REPLAY, request=request
    )
    raise BadTokenError


@transaction.atomic
def _advance(request: Request, session: Session, now: datetime) -> bool:
    """Move the session on to the next generation.

    Of all who try at once, the database lets one through.
    """
    values: dict[str, Any] = {
        "generation": session.generation + 1,
        "rotated_at": now,
        "last_used_at": now,
        "expires_at": min(now + settings.JWT_REFRESH_EXPIRATION, session.ends_at),
        **describe_client(request),
    }
    present_hash = session.user.get_session_auth_hash()
    if session.auth_hash != present_hash:
        # It was made under a fallback of SECRET_KEY, which can be taken out once all sessions are
        # refreshed.
        values["auth_hash"] = present_hash
    if (
        not Session.objects.live(now)
        .filter(pk=session.pk, generation=session.generation)
        .update(**values)
    ):
        return False
    for name, value in values.items():
        setattr(session, name, value)
    record(EventName.REFRESH, request=request, user=session.user, provider=NAME)
    return True


def _may_repeat(session: Session, generation: int, now: datetime) -> bool:
    """Read the session anew. Return whether its generation has changed within the grace time."""
    try:
        session.refresh_from_db(fields=["generation", "rotated_at", "expires_at", "revoked_at"])
    except Session.DoesNotExist:
        return False
    just_now = now - session.rotated_at <= settings.JWT_REFRESH_GRACE
    return session.revoked_at is None and session.generation == generation + 1 and just_now
