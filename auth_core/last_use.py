"""Noting the last use of credentials, in passing: a request never waits or fails for it."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import Error
from django.db.models import Model

from auth_core.expiring_set import ExpiringSet
from statements.noting import note

logger = logging.getLogger(__name__)

# Seconds. For so long after a failure this process notes nothing, and has logged why.
PAUSE = 10
unnoted = ExpiringSet(PAUSE)


def note_use(row: Model, name: str, now: datetime) -> None:
    """Write `now` into the field `name` of a stored row, if that is possible at once. Never fails.

    Costs one query. So the caller asks first whether the last note is old enough.
    """
    kind = type(row)
    if kind in unnoted:
        return
    try:
        note(kind, row.pk, name, now)
    except Error:
        if unnoted.add(kind):
            named = kind._meta.verbose_name_plural
            logger.warning("The last use of %s is not noted for %d s.", named, PAUSE, exc_info=True)
