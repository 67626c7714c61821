"""Days and times as clients write them (RFC 3339), and durations (ISO 8601)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

_DAY = r"(\d{4})-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,30}))?)?"
_OFFSET = r"([Zz])|([+-])(\d\d):(\d\d)"
_MOMENT = re.compile(rf"{_DAY}(?:[Tt ]{_TIME}(?:{_OFFSET})?)?", re.ASCII)
_WHOLE_DAY = re.compile(_DAY, re.ASCII)
# Clients of the reference send a day as the midnight at its beginning.
_MIDNIGHT = re.compile(
    rf"(?P<day>{_DAY})[Tt ]00:00(?::00(?:\.0{{1,30}})?)?(?:{_OFFSET})?", re.ASCII
)
# And a time of a day as a time on this day, in UTC: their language has no type for it.
_DAY_OF_TIMES = re.compile(r"1970-01-01[Tt](?P<clock>\d\d:\d\d:\d\d(\.\d{1,6})?)[Zz]", re.ASCII)
_CLOCK = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
_DURATION = re.compile(
    r"(?P<sign>-?)P(?=.)((?P<weeks>\d{1,9})W)?((?P<days>\d{1,9})D)?"
    r"(T(?=.)((?P<hours>\d{1,9})H)?((?P<minutes>\d{1,9})M)?"
    r"((?P<seconds>\d{1,9}(\.\d{1,6})?)S)?)?",
    re.ASCII,
)
# SQLite holds a duration as microseconds of 64 bits.
_LONGEST = timedelta(days=100_000_000)


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
    """Return a full date of RFC 3339, or the day of its first moment. Raises ValueError."""
    try:
        if isinstance(value, str) and (midnight := _MIDNIGHT.fullmatch(value)):
            return date.fromisoformat(midnight["day"])
        if isinstance(value, str) and _WHOLE_DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("a date such as 2026-01-31")


def parse_time(value: object) -> time:
    """Return a time of a day without a zone. Raises ValueError for anything else."""
    try:
        if isinstance(value, str) and (dated := _DAY_OF_TIMES.fullmatch(value)):
            return time.fromisoformat(dated["clock"])
        if isinstance(value, str) and _CLOCK.fullmatch(value):
            return time.fromisoformat(value)
    except ValueError:
        pass
    if isinstance(value, time) and value.tzinfo is None:
        return value
    raise ValueError("a time such as 12:30 or 12:30:00")


def parse_duration(value: object) -> timedelta:
    """Return a duration of ISO 8601 in weeks, days, hours, minutes and seconds.

    Raises ValueError for anything else. Years and months have no fixed length.
    """
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a duration such as P1DT12H or PT90M")
    parts = match.groupdict()
    sign = -1 if parts.pop("sign") else 1
    length = timedelta(0)
    for unit, number in parts.items():
        whole, _, fraction = (number or "0").partition(".")
        length += timedelta(**{unit: int(whole)}, microseconds=int(fraction.ljust(6, "0") or 0))
    if length > _LONGEST:
        raise ValueError(f"a duration of at most P{_LONGEST.days}D")
    return sign * length
