"""Runs the whole audit in a world of its own."""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from auth_core.asvs.catalogue import CATALOGUE, Finding
from auth_core.asvs.world import make_world
from auth_core.registry import declared_providers

OWN = ("passwords", "password_roads", "logins", "browsers", "authorization", "hashing", "logs")


def audit_service() -> list[Finding]:
    """Check every requirement on the service as it is configured now; nothing of it is left in the
    database.
    """
    modules = [*(f"auth_core.asvs.{part}" for part in OWN), *_list_plugin_modules()]
    with make_world() as world, ExitStack() as stack:
        for name in modules:
            # A plugin may have to let the throwaway people in, whom it would refuse.
            if prepare := getattr(import_module(name), "prepare", None):
                stack.enter_context(prepare())
        return CATALOGUE.run(world, modules)


def _list_plugin_modules() -> list[str]:
    """Return the modules of the providers, then those of other apps."""
    others = [app.name for app in apps.get_app_configs() if not hasattr(app, "auth_provider")]
    names = dict.fromkeys([*declared_providers(), *others])
    return [f"{app}.asvs" for app in names if app != "auth_core" and find_spec(f"{app}.asvs")]
