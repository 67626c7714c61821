"""Which address a request counts for: TRUSTED_PROXIES decides whether X-Forwarded-For is believed."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from auth_core.address import find_address, group_address

CHAIN = "198.51.100.1, 203.0.113.9, 10.0.0.2"


def find(settings: Any, peer: str, forwarded: str | None, *proxies: str) -> str | None:
    settings.TRUSTED_PROXIES = [
        proxy if proxy == "unix" else ip_network(proxy) for proxy in proxies
    ]
    address = find_address(
        {"REMOTE_ADDR": peer} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})
    )
    return str(address) if address else None


@pytest.mark.parametrize("forwarded", [None, CHAIN, "127.0.0.1", "x"])
def test_without_trusted_proxies_the_peer_counts(settings: Any, forwarded: str | None) -> None:
    assert find(settings, "10.0.0.1", forwarded) == "10.0.0.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("10.0.0.1", CHAIN, "203.0.113.9"),
        ("203.0.113.7", CHAIN, "203.0.113.7"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2, ", "10.0.0.1"),
        ("10.0.0.1", "fe80::1%<script>", "fe80::1"),
        ("", CHAIN, None),
    ],
)
def test_behind_trusted_proxies_the_rightmost_other_address_counts(
    settings: Any, peer: str, forwarded: str | None, found: str | None
) -> None:
    assert find(settings, peer, forwarded, "10.0.0.0/8") == found


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "found"),
    [
        ("", "203.0.113.9", ["unix"], "203.0.113.9"),
        ("", CHAIN, ["unix"], "10.0.0.2"),
        ("", CHAIN, ["unix", "10.0.0.0/8"], "203.0.113.9"),
        ("", CHAIN, ["10.0.0.0/8"], None),
        ("", None, ["unix"], None),
        ("", "203.0.113.9, nonsense", ["unix"], None),
        ("", "203.0.113.9, unix:", ["unix"], None),
        ("203.0.113.7", CHAIN, ["unix"], "203.0.113.7"),
        ("10.0.0.1", "203.0.113.9, , 10.0.0.2", ["unix", "10.0.0.0/8"], "10.0.0.2"),
    ],
)
def test_a_unix_socket_is_trusted_where_it_is_named(
    settings: Any, peer: str, forwarded: str | None, proxies: list[str], found: str | None
) -> None:
    assert find(settings, peer, forwarded, *proxies) == found


def test_an_attacker_does_not_choose_the_address(settings: Any) -> None:
    forged = ", ".join(f"192.0.2.{number}" for number in range(200))
    assert find(settings, "10.0.0.1", f"{forged}, 203.0.113.9", "10.0.0.0/8") == "203.0.113.9"


@pytest.mark.parametrize(
    ("address", "group"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")],
)
def test_addresses_of_one_network_count_together(address: str, group: str) -> None:
    assert group_address(ip_address(address)) == group
