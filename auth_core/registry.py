"""The installed providers, in the order of INSTALLED_APPS."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from django.apps import apps
from django.utils.module_loading import import_string

from auth_core.contract import AuthProvider

ATTRIBUTE = "auth_provider"


def declared_providers() -> dict[str, str]:
    """Return the dotted path of each provider by the name of its app, whether or not it can be
    imported.
    """
    return {
        app.name: getattr(app, ATTRIBUTE)
        for app in apps.get_app_configs()
        if hasattr(app, ATTRIBUTE)
    }


def installed_providers() -> Iterator[AuthProvider]:
    """Yield a new instance of every provider, as DRF makes its authenticators for every request.

    Raises ImportError for a path that cannot be imported; the system checks (auth_core/checks.py)
    report it earlier.
    """
    return (provider() for provider in _load_providers(tuple(declared_providers().values())))


@lru_cache(maxsize=16)
def _load_providers(paths: tuple[str, ...]) -> tuple[type[AuthProvider], ...]:
    # Late, which lets a provider import models and DRF's views: that cannot be done while the apps
    # are being set up.
    return tuple(import_string(path) for path in paths)
