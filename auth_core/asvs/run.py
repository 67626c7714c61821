"""Runs the whole audit in a world of its own."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from auth_core.asvs.catalogue import CATALOGUE, Finding
from auth_core.asvs.world import make_world
from auth_core.registry import declared_providers

OWN = ("passwords", "password_roads", "logins", "browsers", "authorization", "hashing", "logs")


def audit_service() -> list[Finding]:
    """Check every requirement on the service as it is configured now; nothing of it is left in the
    database.
    """
    modules = [*(f"auth_core.asvs.{part}" for part in OWN), *_list_provider_modules()]
    for name in modules:
        import_module(name)
    with make_world() as world:
        return CATALOGUE.run(world, modules)


def _list_provider_modules() -> list[str]:
    return [name for name in (f"{app}.asvs" for app in declared_providers()) if find_spec(name)]
