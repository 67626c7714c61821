"""System checks on what the session cookie needs in the settings."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution

from api_http.middleware_checks import API_MIDDLEWARE

# The AppConfig has it in auth_middleware.
NEEDED = "auth_session.middleware.ApiSessionMiddleware"


def check_sessions(**_: object) -> list[CheckMessage]:
    """Check that API requests have a session, and that a logout everywhere finds the sessions."""
    found: list[CheckMessage] = []
    middleware = list(settings.MIDDLEWARE)
    # Without ApiMiddleware all middlewares run for the API.
    end = middleware.index(API_MIDDLEWARE) if API_MIDDLEWARE in middleware else None
    above = middleware[:end]
    if NEEDED not in above:
        found.append(
            Error(
                f"auth_session needs {NEEDED} above ApiMiddleware in MIDDLEWARE.",
                hint="Name auth_session in AUTH_PLUGINS, which adds it, or add it above "
                f"{API_MIDDLEWARE!r}.",
                id="auth_session.E001",
            )
        )
    if not hasattr(import_module(settings.SESSION_ENGINE).SessionStore, "get_model_class"):
        found.append(
            Caution(
                f"With SESSION_ENGINE {settings.SESSION_ENGINE!r} nothing finds the sessions of a "
                "user, so a logout with `everywhere` ends the caller's own session only.",
                hint='Set SESSION_ENGINE = "django.contrib.sessions.backends.db" or "…cached_db".',
                id="auth_session.W001",
            )
        )
    return found
