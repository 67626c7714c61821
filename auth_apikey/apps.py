from typing import ClassVar

from django.apps import AppConfig, apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AuthApikeyConfig(AppConfig):
    name = "auth_apikey"
    verbose_name = "API keys"
    user_panels = ("auth_apikey.admin_panels.show_keys",)
    auth_provider = "auth_apikey.provider.ApiKeyProvider"

    # Of the audit, for a plugin that mails notices to the owners of accounts.
    notices: ClassVar[dict[str, Promise]] = {
        "key_created": _("An API key was made for your account"),
    }

    def ready(self) -> None:
        # Without auth_core, accounts.E001 refuses this start.
        if apps.is_installed("auth_core"):
            from auth_apikey.receivers import connect_receivers

            connect_receivers()
