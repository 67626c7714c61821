"""Parsers of environment variables.

Each returns the value of a text, or raises ValidationError with the values that are allowed.
"""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal

from environs import ValidationError

_DURATION = re.compile(r"([0-9]{1,9})([smhd]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZE = re.compile(r"([0-9]{1,10})([KMG]?)B?", re.ASCII)
_BYTES = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
_LARGEST_SIZE = 2**30
_LONGEST_DURATION = timedelta(days=3650)
_LONGEST_WAIT = timedelta(days=1)
_NAMES = r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]"
_HOST = re.compile(rf"\*|\.?{_NAMES}", re.ASCII | re.IGNORECASE)
_ORIGIN = re.compile(rf"https?://({_NAMES})(:[0-9]{{1,5}})?", re.ASCII | re.IGNORECASE)
Proxy = IPv4Network | IPv6Network | Literal["unix"]


def split_list(text: str) -> list[str]:
    """Return the parts between commas, without blanks around them; empty parts do not count."""
    return [part for raw in text.split(",") if (part := raw.strip())]


def read_switch(text: str) -> bool:
    if text.strip().lower() in {"true", "1", "yes", "on"}:
        return True
    if text.strip().lower() in {"false", "0", "no", "off"}:
        return False
    raise ValidationError("true or false")


def read_number(text: str, *, least: int, most: int) -> int:
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text, re.ASCII) or not least <= int(text) <= most:
        raise ValidationError(f"a whole number from {least} to {most}")
    return int(text)


def read_size(text: str) -> int:
    """Return the bytes of `500KB`, `10MB`, `1GB` or plain bytes, each unit 1,024 of the last."""
    match = _SIZE.fullmatch(text.strip().upper())
    size = int(match[1]) * _BYTES[match[2]] if match else 0
    if not 1 <= size <= _LARGEST_SIZE:
        raise ValidationError("a size such as 500KB, 10MB or plain bytes, at most 1GB")
    return size


def read_duration(text: str, *, least: int = 1, most: timedelta = _LONGEST_DURATION) -> timedelta:
    """Return the time of `30s`, `15m`, `12h`, `2d` or plain seconds; `least` is in seconds."""
    match = _DURATION.fullmatch(text.strip())
    seconds = int(match[1]) * _SECONDS[match[2]] if match else -1
    if not least <= seconds <= most.total_seconds():
        raise ValidationError(
            f"a time such as 30s, 15m, 12h, 2d or plain seconds, at most {_describe(most)}"
        )
    return timedelta(seconds=seconds)


def _describe(time: timedelta) -> str:
    return f"{time.days}d" if time.days else f"{time.seconds}s"


def read_wait(text: str, *, least: int = 0, most: timedelta = _LONGEST_WAIT) -> timedelta:
    """Return a time of at most a day, as read_duration() does. It may be zero."""
    return read_duration(text, least=least, most=most)


def read_token(text: str) -> str:
    """Return a secret that a client sends in a header."""
    if not re.fullmatch(r"[!-~]{16,200}", text.strip(), re.ASCII):
        raise ValidationError("16 to 200 characters of ASCII without blanks")
    return text.strip()


def read_hosts(text: str) -> list[str]:
    hosts = split_list(text)
    if not hosts or not all(_HOST.fullmatch(host) for host in hosts):
        raise ValidationError(
            "host names such as api.example.org, .example.org, 192.0.2.7, [::1] or *, "
            "without a port"
        )
    return hosts


def read_origins(text: str) -> list[str]:
    origins = split_list(text.lower())
    if not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise ValidationError(
            "origins such as https://app.example.org or http://localhost:3000, without a path"
        )
    return origins


def _read_proxy(part: str) -> Proxy:
    return "unix" if part.lower() == "unix" else ip_network(part)


def read_proxies(text: str) -> list[Proxy]:
    """Return networks, and the word `unix` for a proxy that connects by a Unix socket."""
    try:
        return [_read_proxy(part) for part in split_list(text)]
    except ValueError:
        raise ValidationError(
            "addresses or networks such as 192.0.2.7, 10.0.0.0/8 or fd00::/8, or unix"
        ) from None
