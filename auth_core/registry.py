"""The installed providers, in the order of INSTALLED_APPS."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import AppConfig, apps
from django.utils.module_loading import import_string

from auth_core.contract import AuthProvider


def declaring_apps() -> list[AppConfig]:
    """The apps that declare a provider, whether or not it can be loaded."""
    return [app for app in apps.get_app_configs() if hasattr(app, "auth_provider")]


def installed_providers() -> Iterator[AuthProvider]:
    """A new instance of every installed provider, as DRF makes one of every authenticator for every request.

    Raises ImportError for a path that cannot be imported; the system checks (auth_core/checks.py) report it earlier.
    """
    # import_string finds a loaded class in sys.modules, so that looking it up again costs a microsecond. Loading
    # lazily lets a provider import models and DRF's views, which cannot be done while the apps are being set up.
    return (import_string(app.auth_provider)() for app in declaring_apps())
