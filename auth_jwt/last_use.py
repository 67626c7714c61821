"""When a session was last used: noted in passing, so that reading does not depend on writing."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import Error

from auth_core.expiring_set import ExpiringSet
from auth_jwt.models import Session
from statements.noting import note

logger = logging.getLogger(__name__)

# A request that does nothing else need not write each time.
TOUCHED_EVERY = timedelta(minutes=1)
# Seconds. For so long after a failure this process notes nothing, and has logged why.
PAUSE = 10
failed = ExpiringSet(PAUSE)


def touch_session(session: Session, now: datetime) -> None:
    """Note that the session is in use, if that is possible at once. Never fails."""
    if now - session.last_used_at < TOUCHED_EVERY or Session in failed:
        return
    try:
        note(Session, session.pk, "last_used_at", now)
    except Error:
        if failed.add(Session):
            logger.warning("The last use of sessions is not noted for %d s.", PAUSE, exc_info=True)
