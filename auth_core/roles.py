"""Roles are Django groups; those that the settings name always exist."""

from __future__ import annotations

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.conf import settings
from django.db import router


def create_roles(using: str, apps: Apps = installed_apps, **_: object) -> None:
    """Create the missing groups of settings.ROLES; a receiver of post_migrate."""
    try:
        group = apps.get_model("auth", "Group")
    except LookupError:  # `migrate auth zero` has just taken the table away
        return
    if router.allow_migrate_model(using, group):
        names = [group(name=name) for name in settings.ROLES]
        group.objects.using(using).bulk_create(names, ignore_conflicts=True)
