from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig, apps
from django.core.checks import register

if TYPE_CHECKING:
    from api_http.diagnosis import Finding


class AuthJwtConfig(AppConfig):
    name = "auth_jwt"
    verbose_name = "Sessions"
    auth_provider = "auth_jwt.provider.BearerProvider"

    def ready(self) -> None:
        if not apps.is_installed(
            "auth_core"
        ):  # accounts.E001 refuses this start, with a better message than ImportError
            return
        from auth_core.checks import PLUGINS
        from auth_jwt.checks import check_keys
        from auth_jwt.receivers import connect_receivers

        register(PLUGINS)(check_keys)
        connect_receivers()

    def diagnose(self) -> Iterable[Finding]:
        from auth_jwt.diagnosis import diagnose_keys

        return diagnose_keys()
