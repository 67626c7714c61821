"""Times in JSON (RFC 3339): in UTC, with three digits of milliseconds as JavaScript writes them.

Durations are those of ISO 8601.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def write_moment(moment: datetime) -> str:
    """Return a time in UTC, such as `2026-01-31T12:00:00.000Z`. Without a zone it counts as UTC."""
    if moment.utcoffset():
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat('T', 'milliseconds')[:23]}Z"


def write_duration(duration: timedelta) -> str:
    """Return a duration as ISO 8601 has it, such as `P1DT2H3M4.5S`; a negative one with `-`."""
    sign = "-" * (duration < timedelta(0))
    length = abs(duration)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{length.microseconds:06}".rstrip("0").rstrip(".")
    days = f"{length.days}D" * (length.days > 0)
    time = f"{hours}H" * (hours > 0) + f"{minutes}M" * (minutes > 0)
    if seconds or fraction or not (days or time):
        time += f"{seconds}{fraction}S"
    return f"{sign}P{days}{f'T{time}' * bool(time)}"
