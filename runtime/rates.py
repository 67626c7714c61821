"""How often something may happen: `60/min`."""

from __future__ import annotations

import re
from typing import NamedTuple

from environs import ValidationError

_RATE = re.compile(
    r"([0-9]{1,7}) ?/ ?(s|sec|second|m|min|minute|h|hour|d|day)", re.ASCII | re.IGNORECASE
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
ALLOWED = "a rate such as 10/s, 60/min, 1000/hour or 5000/day"


class Rate(NamedTuple):
    """So many requests in so many seconds."""

    requests: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.requests} in {self.seconds} s"

    @property
    def interval(self) -> float:
        """The seconds in which one more request is allowed."""
        return self.seconds / self.requests


def read_rate(text: str) -> Rate | None:
    """Return the rate in a text; `None` for an empty text. Raises ValidationError."""
    if not text.strip():
        return None
    match = _RATE.fullmatch(text.strip())
    if not match or not int(match[1]):
        raise ValidationError(f"{ALLOWED}, or nothing for no limit")
    return Rate(int(match[1]), _SECONDS[match[2][0].lower()])
