from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import AppConfig, apps
from django.core.checks import register

from runtime.variable_parsers import read_number, read_origins, read_switch

if TYPE_CHECKING:
    from api_http.diagnosis import Finding


class AuthJwtConfig(AppConfig):
    name = "auth_jwt"
    verbose_name = "Sessions"
    index_panels = ("auth_jwt.admin_panels.show_live_sessions",)
    user_panels = ("auth_jwt.admin_panels.show_sessions",)
    auth_provider = "auth_jwt.provider.BearerProvider"
    account_template = "auth_jwt/account.html"
    auth_settings: ClassVar[dict[str, Any]] = {
        "JWT_REFRESH_COOKIE": (read_switch, False),
        "SESSIONS_PER_USER": (partial(read_number, least=1, most=1000), None),
        "CSRF_TRUSTED_ORIGINS": (read_origins, []),
    }

    def ready(self) -> None:
        if not apps.is_installed(
            "auth_core"
        ):  # accounts.E001 refuses this start, with a better message than ImportError
            return
        from auth_core.checks import PLUGINS
        from auth_jwt import metrics  # noqa: F401 (it declares a metric)
        from auth_jwt.checks import check_keys
        from auth_jwt.receivers import connect_receivers

        register(PLUGINS)(check_keys)
        connect_receivers()

    def diagnose(self) -> Iterable[Finding]:
        from auth_jwt.diagnosis import diagnose_keys

        return diagnose_keys()
