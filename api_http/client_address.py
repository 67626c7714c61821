"""The address of a client: the peer, or the address that a trusted proxy reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings

Address = IPv4Address | IPv6Address
# In TRUSTED_PROXIES: a peer that connects by a Unix socket.
UNIX = "unix"
# Some proxies append the client's port: 192.0.2.1:4711, [2001:db8::1]:4711.
_WITH_PORT = re.compile(r"([0-9.]+):[0-9]+|\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?")


def find_address(meta: Mapping[str, Any]) -> Address | None:
    """Return the client's address from a request's META; `None` where it is not known.

    It is the rightmost address of X-Forwarded-For and the peer that is not in
    settings.TRUSTED_PROXIES. An untrusted client may have written the addresses left of it. Without
    trusted proxies it is the peer. A peer on a Unix socket has no address; it is trusted where
    TRUSTED_PROXIES holds "unix".
    """
    found = parse_address(str(meta.get("REMOTE_ADDR", "")))
    if not _is_trusted(found):
        return found
    for part in reversed(str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")):
        address = parse_address(part.strip())
        if address is None:
            break
        found = address
        if not _is_trusted(address):
            break
    return found


def is_from_trusted_proxy(meta: Mapping[str, Any]) -> bool:
    """Whether the peer of a request is in settings.TRUSTED_PROXIES."""
    return _is_trusted(parse_address(str(meta.get("REMOTE_ADDR", ""))))


def _is_trusted(address: Address | None) -> bool:
    if address is None:
        return UNIX in settings.TRUSTED_PROXIES
    return any(address in network for network in settings.TRUSTED_PROXIES if network != UNIX)


def parse_address(text: str) -> Address | None:
    """Return the address in a text; `None` for any other text."""
    if match := _WITH_PORT.fullmatch(text):
        text = match[1] or match[2]
    try:
        # A scope ("fe80::1%eth0") names an interface of ours, and could hold any text.
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def group_address(address: Address) -> str:
    """Return what an attacker cannot change at will: an IPv4 address, or the /64 network of an IPv6
    one.
    """
    return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))
