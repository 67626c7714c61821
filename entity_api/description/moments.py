"""Days and times as clients write them (RFC 3339)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

_DAY = r"(\d{4})-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,30}))?)?"
_OFFSET = r"([Zz])|([+-])(\d\d):(\d\d)"
_MOMENT = re.compile(rf"{_DAY}(?:[Tt ]{_TIME}(?:{_OFFSET})?)?", re.ASCII)
_WHOLE_DAY = re.compile(_DAY, re.ASCII)


def keep_milliseconds(moment: datetime) -> datetime:
    """Return the time without the digits after the third of its fraction."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def parse_moment(value: object) -> datetime:
    """Return a date and time (RFC 3339) in UTC. Raises ValueError for anything else.

    Without a zone the time is in UTC, without a time it is midnight, and the seconds may be absent.
    A leap second is the first moment after it. Digits after the sixth of a fraction are cut off.
    """
    try:
        moment = _read_text(value) if isinstance(value, str) else value
        if not isinstance(moment, datetime):
            raise ValueError
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError("a date and time such as 2026-01-31T12:00:00Z") from None


def _read_text(text: str) -> datetime:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError
    year, month, day, hour, minute, second, fraction, _, sign, *offset = match.groups()
    is_leap = second == "60"
    moment = datetime(
        int(year),
        int(month),
        int(day),
        int(hour or 0),
        int(minute or 0),
        59 if is_leap else int(second or 0),
        0 if is_leap else int((fraction or "0")[:6].ljust(6, "0")),
        _read_offset(sign, *offset),
    ).astimezone(UTC)
    return _pass_leap_second(moment) if is_leap else moment


def _read_offset(sign: str | None, hours: str | None, minutes: str | None) -> timezone:
    if sign is None or hours is None or minutes is None:
        return UTC
    if int(minutes) > 59:
        raise ValueError
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)


def _pass_leap_second(last: datetime) -> datetime:
    # Leap seconds are at the end of a day in UTC only (RFC 3339, section 5.7).
    if (last.hour, last.minute) != (23, 59):
        raise ValueError
    return last + timedelta(seconds=1)


def parse_day(value: object) -> date:
    """Return a full date of RFC 3339. Raises ValueError for anything else."""
    try:
        if isinstance(value, str) and _WHOLE_DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("a date such as 2026-01-31")
