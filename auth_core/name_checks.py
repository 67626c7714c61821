"""System check on entities that have a name of a plugin in the OpenAPI document.

Their addresses and the GraphQL schema have checks of their own: entity_api.E018, api_http.E001.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.checks import CheckMessage, Error
from rest_framework.serializers import BaseSerializer

from auth_core.policy.served import served_viewsets
from auth_core.policy.view_checks import locate
from auth_core.registry import plugin_apps

CORE = "auth_core"


def check_names(**_: object) -> list[CheckMessage]:
    """Refuse an entity whose schema in the OpenAPI document would be a plugin's."""
    plugins = {CORE, *(app.name for app in plugin_apps())}
    entities = {
        name: view
        for name, view in served_viewsets().items()
        if hasattr(view, "asks_permissions") and _find_app(view, plugins) is None
    }
    components = {name: app for app in sorted(plugins) for name in _list_components(app)}
    return [
        _report(view, name, components[name])
        for name, view in entities.items()
        if name in components
    ]


def _find_app(view: Any, plugins: set[str]) -> str | None:
    module = view.__module__
    return next((app for app in plugins if module == app or module.startswith(f"{app}.")), None)


def _list_components(app: str) -> list[str]:
    """Return the names of the schemas that the app's serializers have in the document."""
    if find_spec(f"{app}.serializers") is None:
        return []
    module = import_module(f"{app}.serializers")
    kinds = [each for each in vars(module).values() if isinstance(each, type)]
    own = [each for each in kinds if each.__module__ == module.__name__]
    return [
        each.__name__.removesuffix("Serializer") for each in own if issubclass(each, BaseSerializer)
    ]


def _report(view: Any, name: str, app: str) -> Error:
    return Error(
        f"{locate(view)} serves the entity {name}, and {app} has that name in the OpenAPI "
        "document.",
        hint=f'Give the viewset another name: entity_name = "My{name}". permissions.toml has a '
        f"section of that name then. Or take {app} out of AUTH_PLUGINS.",
        id="auth_core.E024",
    )
