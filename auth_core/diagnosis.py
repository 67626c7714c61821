"""Authentication as an operator sees it: the providers, the proxies, and who can administrate."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError

from api_http.diagnosis import Finding
from auth_core.registry import providing_apps
from runtime.plugins import declare_settings


def diagnose_authentication() -> Iterator[Finding]:
    """Yield findings about the installed providers, the trusted proxies and the superusers."""
    names = ", ".join(app.label for app in providing_apps())
    yield Finding("providers", bool(names), names or "none", "Name a provider in AUTH_PLUGINS.")
    yield Finding("plugin settings", ok=True, detail=", ".join(_list_settings()) or "none")
    proxies = ", ".join(map(str, settings.TRUSTED_PROXIES))
    detail = proxies or "none: the address of a caller is that of the connection"
    yield Finding("trusted proxies", ok=True, detail=detail)
    yield from _diagnose_superusers()


def _list_settings() -> Iterator[str]:
    """Yield the name of each setting of a plugin, and whether it differs from its default.

    A value may be a secret.
    """
    for variable in declare_settings(settings.AUTH_PLUGINS):
        default = variable.default(None) if callable(variable.default) else variable.default
        is_set = variable.required or getattr(settings, variable.name, default) != default
        yield f"{variable.name} ({'set' if is_set else 'default'})"


def _diagnose_superusers() -> Iterator[Finding]:
    active = get_user_model()._default_manager.filter(is_superuser=True, is_active=True)
    try:
        count = active.count()
    except DatabaseError:  # another finding has the cause
        return
    remedy = "Run manage.py seed_users --username NAME --password -."
    yield Finding("superusers", count > 0, f"{count} active", remedy)
