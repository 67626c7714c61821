"""System checks on the set of authentication plugins. auth_core checks the providers."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from django.apps import AppConfig, apps
from django.core import checks

from accounts.plugins import CORE, is_open_service, plugin_apps, providing_apps
from runtime.plugins import ATTRIBUTES

# The tag of every check on plugins, auth_core's as well: config/wsgi.py runs these and no others.
PLUGINS = "auth_plugins"


def check_plugin_set(**_: object) -> list[checks.CheckMessage]:
    """Refuse a half-removed set of plugins, and warn about an open service."""
    plugins = ", ".join(app.name for app in plugin_apps())
    if plugins and not apps.is_installed(CORE):
        return [
            checks.Error(
                f"{plugins} provides authentication, but {CORE} is not installed.",
                hint=f"Add {CORE} to AUTH_PLUGINS, or take {plugins} out as well for "
                "an open service.",
                id="accounts.E001",
            )
        ]
    if apps.is_installed(CORE) and not providing_apps():
        return [
            checks.Error(
                f"{CORE} is installed without any provider, so no caller can authenticate.",
                hint="Add a provider such as auth_jwt or auth_basic to AUTH_PLUGINS, or take "
                "auth_core out as well.",
                id="accounts.E002",
            )
        ]
    return [_tell_of_open_service()] if is_open_service() else []


def _tell_of_open_service() -> checks.CheckMessage:
    return checks.Warning(
        "No authentication is installed: everyone who reaches this service may do everything.",
        hint="Name plugins in AUTH_PLUGINS, or add this check to SILENCED_SYSTEM_CHECKS if that "
        "is meant.",
        id="accounts.W001",
    )


def check_declarations(**_: object) -> list[checks.CheckMessage]:
    """Refuse an app that means to declare a provider, or what it needs, and misspells the
    attribute: nothing would read it.
    """
    return [
        checks.Error(
            f"The app {app.name} has an attribute {name!r}, which nothing reads.",
            hint=f"Rename it to {_find_meant(name)!r} in "
            f"{type(app).__module__}.{type(app).__qualname__}.",
            obj=app,
            id="accounts.E003",
        )
        for app in apps.get_app_configs()
        for name in _misspelt(app)
    ]


def _misspelt(app: AppConfig) -> Iterator[str]:
    declared = {
        name for kind in type(app).__mro__ if kind not in AppConfig.__mro__ for name in vars(kind)
    }
    return (
        name for name in sorted(declared - {*ATTRIBUTES}) if _looks_like_declaration(name.lower())
    )


def _looks_like_declaration(name: str) -> bool:
    # The cutoff lets the unrelated name `data_provider` (0.846) pass.
    return ("auth" in name and "provider" in name) or bool(
        get_close_matches(name, ATTRIBUTES, cutoff=0.85)
    )


def _find_meant(name: str) -> str:
    return get_close_matches(name.lower(), ATTRIBUTES, n=1, cutoff=0)[0]
