from __future__ import annotations

from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from typing import Any, ClassVar

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import ValidationError

from runtime.mail_settings import read_public_url
from runtime.variable_parsers import read_duration, split_list


def read_choice(text: str) -> str:
    """Return what becomes of Basic for users with a second factor: "refuse" or "append"."""
    if text.strip() not in ("refuse", "append"):
        raise ValidationError("refuse or append")
    return text.strip()


class AuthMfaConfig(AppConfig):
    name = "auth_mfa"
    verbose_name = "Second factors"
    auth_provider = "auth_mfa.provider.SecondFactor"
    login_template = "auth_mfa/login.html"
    account_template = "auth_mfa/account.html"
    auth_settings: ClassVar[dict[str, Any]] = {
        "MFA_REQUIRED_FOR": (split_list, []),
        "MFA_BASIC": (read_choice, "refuse"),
        "MFA_REMEMBER_DEVICE": (partial(read_duration, most=timedelta(days=30)), None),
        "PUBLIC_URL": (read_public_url, ""),
    }

    # Events of the audit that a plugin which mails notices tells the owner of the account.
    notices: ClassVar[dict[str, Any]] = {
        "factor_added": _("A second factor was added to your account"),
        "factor_removed": _("A second factor was removed from your account"),
        "device_remembered": _("A device needs no second factor for a while"),
        "codes_renewed": _("New recovery codes were made for your account"),
    }

    def ready(self) -> None:
        if not all(map(find_spec, ("pyotp", "segno", "webauthn"))):
            raise ImproperlyConfigured("auth_mfa needs the extra `mfa`: uv sync --extra mfa")
        from django.core.checks import register

        from auth_mfa.checks import check_required_roles

        register(check_required_roles)
