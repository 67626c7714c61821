"""The installed authentication plugins, read from the apps, so that it works without auth_core."""

from __future__ import annotations

from django.apps import AppConfig, apps

from runtime.plugins import ATTRIBUTES

CORE = "auth_core"


def providing_apps() -> list[AppConfig]:
    """The installed apps that declare a provider."""
    return [app for app in apps.get_app_configs() if hasattr(app, "auth_provider")]


def plugin_apps() -> list[AppConfig]:
    """The installed apps that declare anything of a plugin, a provider or not."""
    found = apps.get_app_configs()
    return [app for app in found if any(hasattr(app, name) for name in ATTRIBUTES)]


def is_open_service() -> bool:
    """Whether no part of authentication is installed; a half-removed plugin leaves the service
    closed.
    """
    return not apps.is_installed(CORE) and not plugin_apps()
