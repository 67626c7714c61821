"""Ending sessions, by their user or by an administrator, and recording it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from rest_framework.request import Request

from auth_core.audit import record
from auth_core.models import EventName
from auth_jwt.kinds import NAME
from auth_jwt.models import SessionQuerySet
from auth_jwt.sessions import end_sessions


@transaction.atomic
def revoke(
    sessions: SessionQuerySet,
    user: Any,
    now: datetime,
    event: EventName = EventName.REVOCATION,
    *,
    request: Request | HttpRequest | None = None,
    reason: str = "",
) -> int:
    """End those of the user's `sessions` that live, from the next request on; record it, and return
    their number.
    """
    ended = end_sessions(sessions, now)
    if ended:
        detail = f"{reason}, sessions: {ended}" if reason else f"sessions: {ended}"
        record(event, request=request, user=user, provider=NAME, detail=detail)
    return ended
