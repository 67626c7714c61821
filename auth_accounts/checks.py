"""System checks of the settings of sign-up."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error


def check_sign_up(**_: object) -> list[CheckMessage]:
    """Refuse a SIGN_UP_ROLE that permissions.toml does not have."""
    if settings.SIGN_UP_ROLE in settings.ROLES:
        return []
    return [
        Error(
            f"SIGN_UP_ROLE is {settings.SIGN_UP_ROLE!r}, which is no role.",
            hint=f"Set it to one of {', '.join(settings.ROLES)}, or add it to the roles in "
            "permissions.toml.",
            id="auth_accounts.E001",
        )
    ]
