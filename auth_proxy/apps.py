from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.core.checks import register

from auth_proxy.variables import read_header_name, read_secret
from runtime.variable_parsers import read_origins, read_switch


class AuthProxyConfig(AppConfig):
    name = "auth_proxy"
    verbose_name = "Users of a proxy"
    auth_provider = "auth_proxy.provider.ProxyProvider"
    auth_settings: ClassVar[dict[str, Any]] = {
        "PROXY_USER_HEADER": (read_header_name, "X-Forwarded-User"),
        "PROXY_SECRET": (read_secret, ""),
        "PROXY_CREATE_USERS": (read_switch, False),
        "CSRF_TRUSTED_ORIGINS": (read_origins, []),
    }

    def ready(self) -> None:
        # accounts.E001 refuses a start without it, with a better message than ImportError.
        if not apps.is_installed("auth_core"):
            return
        from auth_core.checks import PLUGINS
        from auth_proxy.checks import check_proxy

        register(PLUGINS)(check_proxy)
