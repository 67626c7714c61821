from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

from auth_oidc.issuers import read_issuers
from runtime.mail_settings import read_public_url

if TYPE_CHECKING:
    from api_http.diagnosis import Finding


class AuthOidcConfig(AppConfig):
    name = "auth_oidc"
    verbose_name = "Login by OpenID Connect"
    auth_provider = "auth_oidc.provider.OidcProvider"
    account_template = "auth_oidc/account.html"
    auth_settings: ClassVar[dict[str, Any]] = {
        "OIDC_ISSUERS": read_issuers,
        "PUBLIC_URL": (read_public_url, ""),
    }

    # Of the audit, for a plugin that mails notices to the owners of accounts.
    notices: ClassVar[dict[str, Any]] = {
        "oidc_link": _("An identity was linked to your account"),
        "oidc_unlink": _("An identity was taken away from your account"),
    }

    def ready(self) -> None:
        # Without auth_core, accounts.E001 refuses this start.
        if apps.is_installed("auth_core"):
            from auth_oidc.receivers import connect_receivers

            connect_receivers()

    def diagnose(self) -> Iterable[Finding]:
        from auth_oidc.diagnosis import diagnose_issuers

        return diagnose_issuers()
