from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.core.checks import register

from runtime.variable_parsers import read_origins


class AuthSessionConfig(AppConfig):
    name = "auth_session"
    verbose_name = "Session cookie"
    auth_provider = "auth_session.provider.SessionProvider"
    auth_middleware = ("auth_session.middleware.ApiSessionMiddleware",)
    auth_settings: ClassVar[dict[str, Any]] = {"CSRF_TRUSTED_ORIGINS": (read_origins, [])}

    def ready(self) -> None:
        # accounts.E001 refuses a start without it, with a better message than ImportError.
        if not apps.is_installed("auth_core"):
            return
        from auth_core.checks import PLUGINS
        from auth_session.checks import check_sessions

        register(PLUGINS)(check_sessions)
