"""Who must have a second factor: MFA_REQUIRED_FOR."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from auth_core.caller import read_roles

STAFF = "staff"


def is_required(user: Any) -> bool:
    """Whether the user may log in only with a second factor: by a role, or as staff."""
    named = set(settings.MFA_REQUIRED_FOR)
    if not named:
        return False
    return (STAFF in named and user.is_staff) or not named.isdisjoint(read_roles(user))
