"""Where a request carries the credentials of a provider: in Authorization or as `openapi` has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.request import Request

from auth_core.contract import AuthProvider

# The Authorization header, as WSGI names it.
FIELD = "HTTP_AUTHORIZATION"


def read_credentials(provider: AuthProvider, request: Request) -> str | None:
    """Return the text that may be credentials of the provider; `None` for an unknown place."""
    name = provider.openapi.get("name", "")
    if provider.scheme or provider.openapi.get("in") == "header":
        return str(request.META.get(_name_field(provider), ""))
    return request.COOKIES.get(name, "") if provider.openapi.get("in") == "cookie" else None


def is_addressed(provider: AuthProvider, request: Request, scheme: str | None) -> bool:
    """Whether the request, with this scheme, may hold credentials of the provider."""
    if provider.scheme:
        return provider.scheme == scheme
    # An empty header is an input too.
    places = {"header": request.META, "cookie": request.COOKIES}
    place = provider.openapi.get("in", "")
    name = provider.openapi.get("name") if place == "cookie" else _name_field(provider)
    return place not in places or name in places[place]


def share_place(one: AuthProvider, other: AuthProvider) -> bool:
    """Whether two providers read the same place: one scheme, one header or one cookie.

    Credentials there may be those of either. Without a place in `openapi` nothing is shared.
    """
    if one.scheme or other.scheme:
        return one.scheme == other.scheme
    first, second = (_name_place(each.openapi) for each in (one, other))
    return first is not None and first == second


def _name_place(openapi: Mapping[str, Any]) -> tuple[str, str] | None:
    place, name = openapi.get("in", ""), openapi.get("name", "")
    if place not in ("header", "cookie"):
        return None
    # WSGI has one name for a header's spellings; the letters of a cookie's name count.
    return place, name.upper().replace("-", "_") if place == "header" else name


def list_own_fields(providers: Iterable[AuthProvider]) -> list[str]:
    """Return the names in META of the headers of these providers, which have no scheme."""
    known = (each for each in providers if each.openapi.get("in") in ("header", "cookie"))
    return [_name_field(provider) for provider in known]


def _name_field(provider: AuthProvider) -> str:
    if provider.scheme:
        return FIELD
    is_cookie = provider.openapi.get("in") == "cookie"
    name = "Cookie" if is_cookie else provider.openapi.get("name", "")
    return f"HTTP_{name}".upper().replace("-", "_")
