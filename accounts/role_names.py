"""The names of the roles, which settings.py needs before any app is there."""

from __future__ import annotations

import tomllib
from pathlib import Path


def read_roles(permissions: Path) -> list[str]:
    """Read `roles` off permissions.toml. A faulty file gives no names.

    The checks of auth_core report the fault.
    """
    try:
        roles = tomllib.loads(permissions.read_text(encoding="utf-8")).get("roles")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return []
    return [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
