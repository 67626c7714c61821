"""The installed providers, in the order of INSTALLED_APPS."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import starmap

from django.apps import AppConfig, apps
from django.utils.module_loading import import_string

from auth_core.contract import AuthProvider
from runtime.plugins import ATTRIBUTES

ATTRIBUTE = "auth_provider"


def plugin_apps() -> list[AppConfig]:
    """Return the installed plugins, also those that bring routes and no provider."""
    found = apps.get_app_configs()
    return [app for app in found if any(hasattr(app, name) for name in ATTRIBUTES)]


def providing_apps() -> list[AppConfig]:
    """Return the installed apps that declare a provider."""
    return [app for app in apps.get_app_configs() if hasattr(app, ATTRIBUTE)]


def declared_providers() -> dict[str, str]:
    """Return the dotted path of each provider by the name of its app, whether or not it can be
    imported.
    """
    return {app.name: getattr(app, ATTRIBUTE) for app in providing_apps()}


# The apps that were last seen, and the class of each of their providers with the app's label.
_seen: tuple[object, list[tuple[type[AuthProvider], str]]] = None, []


def installed_providers() -> Iterator[AuthProvider]:
    """Return a new instance of every provider, as DRF makes its authenticators for every request.

    Raises ImportError for a path that cannot be imported; the system checks (auth_core/checks.py)
    report it earlier.
    """
    global _seen  # noqa: PLW0603 (of the process)
    # Django makes another mapping when the apps change.
    if _seen[0] is not apps.app_configs:
        found = [(_load_provider(getattr(app, ATTRIBUTE)), app.label) for app in providing_apps()]
        _seen = apps.app_configs, found
    return starmap(_make, _seen[1])


def make_provider(app: AppConfig) -> AuthProvider:
    """Return a new instance of an app's provider, with the app's label for a name if it has none.

    Raises ImportError.
    """
    return _make(_load_provider(getattr(app, ATTRIBUTE)), app.label)


def _make(kind: type[AuthProvider], label: str) -> AuthProvider:
    provider = kind()
    provider.name = provider.name or label
    return provider


@lru_cache(maxsize=64)
def _load_provider(path: str) -> type[AuthProvider]:
    # Late, which lets a provider import models and DRF's views: that cannot be done while the apps
    # are being set up.
    kind: type[AuthProvider] = import_string(path)
    return kind
