"""Where a server listens, tried out before anything else is done."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass


class AddressError(Exception):
    """No server can listen there. The text is one line with the reason and the remedy."""


class NoPortError(AddressError):
    """The text is the number of no port."""


@dataclass(frozen=True)
class Address:
    """A host as it was typed, the IP address it stands for, and a port."""

    host: str
    ip: str
    port: int

    @property
    def url(self) -> str:
        """The address for a client on this machine: every interface (`0.0.0.0`, `::`) includes its
        own.
        """
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.ip, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def find_address(host: str, port: str) -> Address:
    """Return the address if a server can listen there now; raises AddressError otherwise."""
    number = read_port(port)
    try:
        family, kind, protocol, _, endpoint = socket.getaddrinfo(
            host, number, type=socket.SOCK_STREAM
        )[0]
    except (OSError, UnicodeError) as error:
        raise AddressError(
            f"There is no host {host!r}. Choose another with --host, such as 127.0.0.1."
        ) from error
    try:
        with socket.socket(family, kind, protocol) as probe:
            # A port that a server has just left is free. Two servers at once are not let in by
            # this.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(endpoint)
            probe.listen()
    except OSError as error:
        reason = f"Cannot listen at {host}:{port}: {error.strerror}."
        raise AddressError(
            f"{reason} Choose another port with --port, or another host with --host."
        ) from error
    return Address(host, str(endpoint[0]), number)


def hold_address(address: Address) -> socket.socket | None:
    """Take the port before the server listens, so that find_address() refuses it from now on.

    The server shares the port by SO_REUSEPORT, which it sets on Linux alone. A socket that does not
    listen gets no connection. Elsewhere the server's own process takes the port when it starts.
    """
    if sys.platform != "linux":
        return None
    held = socket.socket(socket.AF_INET6 if ":" in address.ip else socket.AF_INET)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind((address.ip, address.port))
    return held


def read_port(port: str) -> int:
    if port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535:
        return int(port)
    raise NoPortError(
        f"There is no port {port!r}. Choose one from 1 to 65535 with --port, such as 8000."
    )
