"""The refresh token in a cookie that no script can read, for pages of the service's own origin."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from rest_framework.request import Request

from api_http.middleware import is_api_path
from auth_core import answer_cookies
from auth_core.origins import has_foreign_origin, refuse_foreign_origin
from auth_jwt.tokens import Pair

# By the name of the route that reads it. A cookie has one path, so there are two of them, and the
# browser sends each to its route alone.
COOKIES = {"refresh": "refresh_token", "logout": "logout_token"}


def is_on() -> bool:
    return bool(getattr(settings, "JWT_REFRESH_COOKIE", False))


def hide_refresh_token(request: Request, pair: Pair) -> Pair:
    """Put the refresh token into cookies; return the pair without it.

    A page of another origin gets the whole pair as ever: its browser keeps no cookie of ours, and a
    cookie would log its visitor in as another user (login CSRF).
    """
    if not (is_on() and is_api_path(request.path_info)) or has_foreign_origin(request):
        return pair
    rest = dict(pair)
    token, seconds = str(rest.pop("refreshToken")), rest["refreshExpiresIn"]
    for route, name in COOKIES.items():
        answer_cookies(request).set_cookie(
            name,
            token,
            max_age=seconds,  # type: ignore[arg-type]
            path=reverse(route),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
    return rest


def read_cookie(request: Request, route: str) -> str | None:
    """Return the refresh token in the cookie of a route, if there is one.

    Raises PermissionDenied for a page of another origin. Browsers send no such cookie from other
    sites; another host of the same site has another origin.
    """
    token: str | None = request.COOKIES.get(COOKIES[route]) if is_on() else None
    if token:
        refuse_foreign_origin(request)
    return token or None


def clear_cookies(request: Request) -> None:
    if is_on():
        for route, name in COOKIES.items():
            answer_cookies(request).delete_cookie(name, path=reverse(route), samesite="Strict")
