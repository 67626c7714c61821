"""Times in JSON (RFC 3339): in UTC, with three digits of milliseconds as JavaScript writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def write_moment(moment: datetime) -> str:
    """Return a time in UTC, such as `2026-01-31T12:00:00.000Z`. Without a zone it counts as UTC."""
    if moment.utcoffset():
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat('T', 'milliseconds')[:23]}Z"
