"""Several hosts in one URL, with commas between: `one:5432,two:5433`."""

from __future__ import annotations

import re
from typing import NamedTuple

AUTHORITY = re.compile(
    r"(?P<before>[\w+]+://(?:[^/?#]*@)?)(?P<hosts>[^/?#@]*)(?P<after>.*)", re.DOTALL
)
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\[\]:,]+)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)


class Host(NamedTuple):
    """A host without brackets around its address. The port is `None` if the URL leaves it out."""

    name: str
    port: int | None


def split_hosts(text: str) -> list[Host]:
    """Return the hosts in their order. Raises ValueError for a text that is no list of hosts."""
    return [_read_host(part) for part in text.split(",")]


def _read_host(text: str) -> Host:
    found = _HOST.fullmatch(text)
    if found is None:
        raise ValueError
    port = int(found["port"]) if found["port"] else None
    if port is not None and port not in range(1, 65536):
        raise ValueError
    return Host(found["name"].strip("[]"), port)
