"""The host and the origin that passkeys are bound to: this service as WebAuthn sees it."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

_PORTS = {"http": 80, "https": 443}


class RelyingParty(NamedTuple):
    """`id` is a host name, `origin` an origin as browsers write it (RFC 6454)."""

    id: str
    origin: str


def find_relying_party(request: Request) -> RelyingParty:
    """Return the host and origin of PUBLIC_URL, or else of the request.

    Django has checked the request's host against ALLOWED_HOSTS. Raises ParseError for a port that
    no address has.
    """
    url = urlsplit(settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}")
    try:
        port = url.port
    except ValueError:
        raise ParseError("The host has a wrong port.") from None
    host = url.hostname or ""
    name = f"[{host}]" if ":" in host else host
    is_usual = port in (None, _PORTS[url.scheme])
    return RelyingParty(host, f"{url.scheme}://{name}" + ("" if is_usual else f":{port}"))
