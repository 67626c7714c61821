"""A system check on MIDDLEWARE: a middleware below ApiMiddleware does not run for the API."""

from __future__ import annotations

from django.conf import settings
from django.core import checks

API_MIDDLEWARE = "api_http.middleware.ApiMiddleware"
# They serve pages only, and the API does not need them.
PAGE_MIDDLEWARE = frozenset(
    {
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    }
)


def check_middleware(**_: object) -> list[checks.CheckMessage]:
    """Warn about each middleware that API requests do not pass."""
    middleware = list(settings.MIDDLEWARE)
    if API_MIDDLEWARE not in middleware:
        return []
    below = middleware[middleware.index(API_MIDDLEWARE) + 1 :]
    return [_report(path) for path in below if path not in PAGE_MIDDLEWARE]


def _report(path: str) -> checks.CheckMessage:
    return checks.Warning(
        f"{path} stands below ApiMiddleware in MIDDLEWARE, so it does not run for the API.",
        hint=f"Move it above {API_MIDDLEWARE!r}. If it is for pages only, add this check's id to "
        "SILENCED_SYSTEM_CHECKS.",
        id="api_http.W001",
    )
