"""The handler of all log records. It reports an outage once, not for each failed request."""

from __future__ import annotations

import logging
from copy import copy
from dataclasses import dataclass
from time import monotonic

from api_http.outages import is_outage

# Seconds. While an outage lasts, each kind of its records is written once in so long, without a
# traceback.
EVERY = 5.0
# After these seconds without a record of its kind, the next record starts another outage.
QUIET = 60.0
MOST_KINDS = 100
Kind = tuple[str, int, str]


@dataclass
class _Outage:
    seen: float
    written: float
    left_out: int = 0


class OutageHandler(logging.StreamHandler):  # type: ignore[type-arg]  # (generic only for type checkers)
    """Writes records to stderr: the first of an outage with its traceback, later records short."""

    def __init__(self) -> None:
        super().__init__()
        self._outages: dict[Kind, _Outage] = {}

    def emit(self, record: logging.LogRecord) -> None:
        written = self._bound(record)
        if written is not None:
            super().emit(written)

    def _bound(self, record: logging.LogRecord) -> logging.LogRecord | None:
        """Return the record to write; `None` to leave it out."""
        kind = _find_kind(record)
        if kind is None:
            return record
        now = monotonic()
        outage = self._outages.get(kind)
        if outage is None or now - outage.seen > QUIET:
            if len(self._outages) >= MOST_KINDS:
                self._outages.clear()
            self._outages[kind] = _Outage(seen=now, written=now)
            return record
        outage.seen = now
        if now - outage.written < EVERY:
            outage.left_out += 1
            return None
        short = _shorten(record, kind, outage.left_out)
        outage.written, outage.left_out = now, 0
        return short


def _find_kind(record: logging.LogRecord) -> Kind | None:
    """Return the key that all records of an outage share; `None` for any other record."""
    error = record.exc_info[1] if record.exc_info else None
    outage = error is not None and is_outage(error)
    if not outage and getattr(record, "status_code", None) != 503:
        return None
    return record.name, record.levelno, type(error).__name__ if error else ""


def _shorten(record: logging.LogRecord, kind: Kind, left_out: int) -> logging.LogRecord:
    short = copy(record)
    cause = f"{kind[2]}, " if kind[2] else ""
    short.msg = f"{record.getMessage()} ({cause}{left_out} like it since the last line)"
    short.args, short.exc_info, short.exc_text = (), None, None
    return short
