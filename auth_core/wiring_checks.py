"""System checks on the settings and addresses by which authentication takes part in a project.

`runtime.project.configure` leaves what the project has set as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from rest_framework.settings import api_settings

from auth_core.backend import PolicyBackend
from auth_core.backend_checks import load_backends
from auth_core.policy.served import list_classes
from auth_core.views import LoginView
from runtime.connected import AUDIT, AUTHENTICATION, BACKEND, PERMISSION


def check_wiring(**_: object) -> list[checks.CheckMessage]:
    """Warn about each setting of the project that keeps a part of authentication out."""
    return list(_find_gaps())


def _find_gaps() -> Iterator[checks.CheckMessage]:
    if AUTHENTICATION not in _name(api_settings.DEFAULT_AUTHENTICATION_CLASSES):
        yield _warn(
            "REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES'] does not name ProviderAuthentication,"
            " so no provider is asked.",
            f"Take the key out, or let it be [{AUTHENTICATION!r}].",
            "auth_core.W001",
        )
    if PERMISSION not in _name(api_settings.DEFAULT_PERMISSION_CLASSES):
        yield _warn(
            "REST_FRAMEWORK['DEFAULT_PERMISSION_CLASSES'] does not name PolicyPermission, so views "
            "without permission classes of their own do not follow permissions.toml.",
            f"Take the key out, or put {PERMISSION!r} into it.",
            "auth_core.W002",
        )
    if not any(issubclass(backend, PolicyBackend) for backend in load_backends()[0].values()):
        yield _warn(
            "AUTHENTICATION_BACKENDS does not name PolicyBackend, so the admin does not follow "
            "permissions.toml.",
            f"Put {BACKEND!r} in the place of ModelBackend.",
            "auth_core.W003",
        )
    if AUDIT not in settings.MIDDLEWARE:
        yield _warn(
            "MIDDLEWARE does not name AuditMiddleware, so events have no request and no address.",
            f"Put {AUDIT!r} first.",
            "auth_core.W004",
        )
    if LoginView not in list_classes():
        yield _warn(
            "No address leads to the login.",
            "Add path('api/', include('auth_core.urls')) to the URL configuration.",
            "auth_core.W005",
        )


def _name(classes: Any) -> list[str]:
    return [f"{each.__module__}.{each.__qualname__}" for each in classes]


def _warn(text: str, hint: str, name: str) -> checks.CheckMessage:
    return checks.Warning(text, hint=hint, id=name)
