"""System check on the routes of plugins: Django takes the first of two that are the same."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from django.core.checks import CheckMessage, Error

from auth_core.registry import declared_providers

# A logout of a plugin stands in for that of auth_core.
OF_CORE = ("login", "me", "me/password", "me/reauthenticate")


def check_routes(**_: object) -> list[CheckMessage]:
    """Refuse a route of a plugin that auth_core or an earlier plugin has: it is never reached."""
    taken = dict.fromkeys(OF_CORE, "auth_core")
    faults: list[CheckMessage] = []
    for app in declared_providers():
        for route in _list_routes(f"{app}.urls"):
            first = taken.setdefault(route, app)
            if first != app:
                faults.append(_report(app, route, first))
    return faults


def _list_routes(module: str) -> Iterator[str]:
    if find_spec(module) is None:
        return
    try:
        patterns = import_module(module).urlpatterns
    except Exception:  # noqa: BLE001 (the URL configuration fails by the same error)
        return
    yield from {str(each.pattern) for each in patterns}


def _report(app: str, route: str, first: str) -> CheckMessage:
    return Error(
        f"{app}.urls has the route {route!r}, which {first} has too. It is never reached.",
        hint=f"Give it another name, or take {first} out of AUTH_PLUGINS.",
        id="auth_core.E017",
    )
