from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig, apps
from django.core.checks import register

from runtime.mail_settings import MAIL, read_public_url


class AuthMagicConfig(AppConfig):
    name = "auth_magic"
    verbose_name = "Logins by mail"
    auth_provider = "auth_magic.provider.MagicProof"
    account_template = "auth_magic/account.html"
    auth_settings: ClassVar = {**MAIL, "MAGIC_LINK_URL": (read_public_url, "")}

    def ready(self) -> None:
        if not apps.is_installed("auth_core"):  # accounts.E001 refuses this start
            return
        from auth_core.checks import PLUGINS
        from auth_core.mail.checks import check_mail_settings

        register(PLUGINS)(check_mail_settings)
