"""System check on AUTHENTICATION_BACKENDS: no backend grants what permissions.toml does not."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

from auth_core.backend import PolicyBackend


def check_backends(**_: object) -> list[CheckMessage]:
    """Refuse a backend that grants the database's permissions beside the policy's backend.

    Django grants what any backend grants.
    """
    backends, faults = load_backends()
    if not any(issubclass(backend, PolicyBackend) for backend in backends.values()):
        return faults
    return faults + [
        Error(
            f"{path} grants permissions of the database on entities that permissions.toml governs.",
            hint="Name a class of your own in its place, which takes its passwords alone: "
            f"class MyBackend({backend.__name__}, PolicyBackend), from auth_core.backend.",
            id="auth_core.E018",
        )
        for path, backend in backends.items()
        if issubclass(backend, ModelBackend) and not issubclass(backend, PolicyBackend)
    ]


def load_backends() -> tuple[dict[str, Any], list[CheckMessage]]:
    """Return the classes by their paths, and a fault for each that cannot be imported."""
    found: dict[str, Any] = {}
    faults: list[CheckMessage] = []
    for path in settings.AUTHENTICATION_BACKENDS:
        try:
            found[path] = import_string(path)
        except Exception as error:  # noqa: BLE001 (any error of a plugin's import is reported)
            faults.append(_report(path, error))
    return found, faults


def _report(path: str, error: Exception) -> CheckMessage:
    return Error(
        f"The backend {path!r} cannot be imported: {type(error).__name__}: {error}",
        hint="Correct AUTHENTICATION_BACKENDS, or auth_backends in the AppConfig of a plugin.",
        id="auth_core.E019",
    )
