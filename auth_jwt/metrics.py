"""The number of sessions, for `/metrics`."""

from __future__ import annotations

from django.utils import timezone

from auth_jwt.models import Session
from runtime.metrics.families import ScrapedGauge

# To count more would take the database too long.
MOST = 100_000
# Seconds.
COUNTED_EVERY = 60.0


def count_sessions() -> int:
    """Return the number of live sessions, at most MOST."""
    return Session.objects.live(timezone.now())[:MOST].count()


sessions = ScrapedGauge(
    "auth_sessions", f"Live sessions, counted up to {MOST}.", count_sessions, COUNTED_EVERY
)
