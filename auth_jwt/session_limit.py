"""The most sessions that a user may have at a time: SESSIONS_PER_USER."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from rest_framework.request import Request

from auth_core.user_lookup import lock_user
from auth_jwt.models import Session
from auth_jwt.revocation import revoke
from auth_jwt.sessions import begin_session, sessions_of

REASON = "more sessions than SESSIONS_PER_USER"


def begin_within_limit(request: Request, user: Any, now: datetime) -> Session:
    """Begin the session of a login; end the oldest sessions that are more than the limit.

    Without a limit it is one statement. With a limit it is one transaction, in which other logins
    of the user wait, so that two at once do not leave one session too many.
    """
    limit: int | None = getattr(settings, "SESSIONS_PER_USER", None)
    if limit is None:
        return begin_session(request, user, now)
    with transaction.atomic():
        lock_user(user.pk)
        session = begin_session(request, user, now)
        surplus = list(sessions_of(user, now).values_list("pk", flat=True)[limit:])
        revoke(Session.objects.filter(pk__in=surplus), user, now, request=request, reason=REASON)
    return session
