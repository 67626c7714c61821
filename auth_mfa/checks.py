"""The check that MFA_REQUIRED_FOR names roles that there are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from auth_mfa.requirements import STAFF


def check_required_roles(**_: Any) -> list[CheckMessage]:
    unknown = set(settings.MFA_REQUIRED_FOR) - {STAFF, *settings.ROLES}
    if not unknown:
        return []
    known = ", ".join(sorted(settings.ROLES))
    return [
        Error(
            f"MFA_REQUIRED_FOR names {', '.join(sorted(unknown))}, which is no role.",
            hint=f"It may name {STAFF}, and the roles of permissions.toml: {known}.",
            id="auth_mfa.E001",
        )
    ]
