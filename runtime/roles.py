"""Roles are Django groups. Settings need their names before any app is there; `migrate` makes
the groups.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.conf import settings
from django.db import router
from django.db.models.signals import post_migrate


def read_roles(permissions: Path) -> list[str]:
    """Read `roles` off permissions.toml. A faulty file gives no names.

    The checks of auth_core report the fault.
    """
    try:
        roles = tomllib.loads(permissions.read_text(encoding="utf-8")).get("roles")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return []
    return [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []


def create_roles(using: str, apps: Apps = installed_apps, **_: object) -> None:
    """Create the missing groups of settings.ROLES; a receiver of post_migrate."""
    try:
        group = apps.get_model("auth", "Group")
    except LookupError:  # `migrate auth zero` has just taken the table away
        return
    if router.allow_migrate_model(using, group):
        names = [group(name=name) for name in settings.ROLES]
        group.objects.using(using).bulk_create(names, ignore_conflicts=True)


def create_roles_with_tables() -> None:
    """Let `migrate` create the roles, once, also if two apps ask for it."""
    # The table of groups belongs to the app "auth".
    sender = installed_apps.get_app_config("auth")
    post_migrate.connect(create_roles, sender=sender, dispatch_uid="runtime.roles")
