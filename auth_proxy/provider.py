"""The proxy provider: a trusted proxy has authenticated the caller, and names the user in a header.

WSGI has one name for `X-Forwarded-User` and `X_Forwarded_User`. A server such as granian passes on
the value that comes last, and does not show which spelling it had. So a proxy that sets or deletes
the first spelling alone does not keep a client from naming the user by the second. A secret in a
header of its own would not help: the proxy adds it to such a request too. So the secret stands in
the value itself, before the name, unless the header's name has only one spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.functional import classproperty
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from auth_core import AuthProvider
from auth_core.address import is_from_trusted_proxy
from auth_core.origins import refuse_foreign_origin
from auth_proxy.users import find_or_make_user


class ProxyProvider(AuthProvider):
    scheme = None
    # The proxy takes passwords and counts them. Here nothing can be guessed.
    counts_failures = False

    @classproperty
    def openapi(cls) -> Mapping[str, Any]:  # noqa: N805
        return {
            "type": "apiKey",
            "in": "header",
            "name": settings.PROXY_USER_HEADER,
            "description": "The proxy in front of the service sends it. A client cannot.",
        }

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return (user, `None`); `None` without the header, and from a peer that is no trusted
        proxy, as X-Forwarded-For of such a peer does not count either.

        Raises AuthenticationFailed for a header that the proxy has not made and for an unknown
        user, and PermissionDenied for a change that a page of another origin asks for: a browser
        adds the cookie of the proxy to it.
        """
        sent = request.META.get(_find_field(), "").strip(" \t")
        if not sent or not is_from_trusted_proxy(request.META):
            return None
        name = _read_name(sent)
        if request.method not in SAFE_METHODS:
            refuse_foreign_origin(request)
        return find_or_make_user(name), None


def _find_field() -> str:
    return f"HTTP_{settings.PROXY_USER_HEADER.upper().replace('-', '_')}"


def _read_name(sent: str) -> str:
    """Return the name in a value that the proxy has made. Raises AuthenticationFailed."""
    if not settings.PROXY_SECRET:
        return sent
    secret, _, name = sent.partition(" ")
    if not constant_time_compare(secret, settings.PROXY_SECRET) or not name.strip():
        raise AuthenticationFailed("The proxy has sent no name of a user.", "malformed")
    return name.strip()
