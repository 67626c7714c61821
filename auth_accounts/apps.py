from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.core.checks import register

from auth_accounts.settings import SignUp, read_login_names, read_role, read_sign_up
from runtime.mail_settings import MAIL
from runtime.variable_parsers import read_switch


class AuthAccountsConfig(AppConfig):
    name = "auth_accounts"
    verbose_name = "Sign-up"
    openapi_hook = "auth_accounts.openapi.describe_update"
    account_template = "auth_accounts/account.html"
    auth_settings: ClassVar = {
        **MAIL,
        "SIGN_UP": (read_sign_up, SignUp()),
        "SIGN_UP_ROLE": (read_role, "user"),
        "LOGIN_BY": (read_login_names, "username"),
        "NEW_DEVICE_MAILS": (read_switch, True),
    }
    find_recipient = "auth_accounts.addresses.find_account"
    login_names = "auth_accounts.login_names.find_user_name"

    def ready(self) -> None:
        if not apps.is_installed("auth_core"):  # accounts.E001 refuses this start
            return
        from auth_accounts import notices
        from auth_accounts.checks import check_sign_up
        from auth_accounts.receivers import connect_receivers
        from auth_core.checks import PLUGINS
        from auth_core.mail.checks import check_mail_settings

        register(PLUGINS)(check_mail_settings)
        register(PLUGINS)(check_sign_up)
        connect_receivers()
        notices.connect_receivers()

    def is_email_verified(self, user: Any) -> bool:
        """Whether the account's address is known to be its own. auth_oidc asks before it links."""
        from auth_accounts.addresses import is_verified

        return is_verified(user)
