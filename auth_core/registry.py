"""The installed providers, in the order of INSTALLED_APPS."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.utils.module_loading import import_string

from auth_core.contract import AuthProvider

ATTRIBUTE = "auth_provider"


def declared_providers() -> dict[str, str]:
    """Return the dotted path of each provider by the name of its app, whether or not it can be imported."""
    return {app.name: getattr(app, ATTRIBUTE) for app in apps.get_app_configs() if hasattr(app, ATTRIBUTE)}


def installed_providers() -> Iterator[AuthProvider]:
    """Yield a new instance of every provider, as DRF makes one of every authenticator for every request.

    Raises ImportError for a path that cannot be imported; the system checks (auth_core/checks.py) report it earlier.
    """
    # import_string finds a loaded class in sys.modules, so that looking it up again costs a microsecond. Loading
    # lazily lets a provider import models and DRF's views, which cannot be done while the apps are being set up.
    return (import_string(path)() for path in declared_providers().values())
