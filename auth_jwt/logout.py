"""The use cases of logging out: by an access token, by a refresh token, and everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.request import Request

from auth_core.models import EventName
from auth_jwt.kinds import REFRESH
from auth_jwt.models import Session
from auth_jwt.revocation import revoke
from auth_jwt.sessions import find_session, sessions_of
from auth_jwt.tokens import BadTokenError, read_token


def end_session(request: Request, session: Session, now: datetime) -> int:
    return revoke(
        Session.objects.filter(pk=session.pk), session.user, now, EventName.LOGOUT, request=request
    )


def end_session_of_token(request: Request, token: str, now: datetime) -> None:
    """End the session of any of its refresh tokens.

    Nothing happens where the session is over already, or the text is no refresh token of ours: the
    client cannot use the token any more, which is what it asked for (RFC 7009, section 2.2).
    """
    try:
        session = find_session(read_token(REFRESH, token, now), now)
    except BadTokenError:
        return
    end_session(request, session, now)


def end_all_sessions(request: Request, user: Any, now: datetime) -> int:
    """End all of the user's sessions with tokens; return how many there were."""
    sessions = sessions_of(user, now)
    return revoke(sessions, user, now, EventName.LOGOUT, request=request, reason="everywhere")
