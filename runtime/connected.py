"""The settings of Django, DRF and drf-spectacular by which the installed apps take part."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured

from runtime.plugins import list_backends, list_middleware

CORE = "auth_core"
AUTHENTICATION = "auth_core.authentication.ProviderAuthentication"
PERMISSION = "auth_core.permissions.PolicyPermission"
THROTTLE = "api_http.limits.throttles.ViewThrottle"
FILTER = "auth_core.filtering.PolicyFilterBackend"
BACKEND = "auth_core.backend.PolicyBackend"
AUDIT = "auth_core.middleware.AuditMiddleware"
API = "api_http.middleware.ApiMiddleware"
COOKIES = "api_http.cookies.CookieMiddleware"
START_CHECKS = "runtime.start_checks.StartChecks"
# How the service's plain views take and answer requests. Its own views do so in any project.
VIEWS: Mapping[str, Any] = {
    "DEFAULT_THROTTLE_CLASSES": [THROTTLE],
    "DEFAULT_RENDERER_CLASSES": ["api_http.json.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api_http.json.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api_http.json.JSONOnly",
    "DEFAULT_METADATA_CLASS": "api_http.json.AllowOnly",
    "DEFAULT_SCHEMA_CLASS": "api_http.openapi.Schema",
    # Times are written by the renderer, all in the same form.
    "DATETIME_FORMAT": None,
    "EXCEPTION_HANDLER": "api_http.problems.handle_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# How the OpenAPI document is made. The service adds its title and its texts.
DOCUMENT: Mapping[str, Any] = {
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": "api_http.openapi.order_operation",
    "SERVE_INCLUDE_SCHEMA": False,
    "DISABLE_ERRORS_AND_WARNINGS": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api_http.openapi.close_inputs",
        "entity_api.openapi.names.add_tags",
        "api_http.openapi.ask_apps",
    ],
    # A client has to be told the host. The paths begin at its root.
    "SERVERS": [{"url": "/"}],
}


def describe_documents() -> dict[str, Any]:
    """Return the settings of drf-spectacular, with the script of its pages."""
    script = (files("api_http") / "swagger.js").read_text(encoding="utf-8")
    return {**DOCUMENT, "SWAGGER_UI_SETTINGS": script}


def connect_apps(settings: dict[str, Any], entries: list[str]) -> None:
    """Add the needs of these apps to a project's settings. The project's own values stay.

    Raises ImproperlyConfigured for providers without auth_core, and for auth_core without any.
    """
    loaded = {app.name: app for app in map(AppConfig.create, entries)}
    providers = [name for name, app in loaded.items() if hasattr(app, "auth_provider")]
    _refuse_half_a_set(CORE in loaded, providers)
    rest: dict[str, Any] = {}
    middleware = list(settings.get("MIDDLEWARE", ()))
    if CORE in loaded:
        rest["DEFAULT_AUTHENTICATION_CLASSES"] = [AUTHENTICATION]
        rest["DEFAULT_PERMISSION_CLASSES"] = [PERMISSION]
        rest["DEFAULT_THROTTLE_CLASSES"] = [THROTTLE]
        settings.setdefault("AUTHENTICATION_BACKENDS", [BACKEND, *list_backends(entries)])
        # Outermost, so that every answer carries the id under which its events are found.
        middleware.insert(0, AUDIT)
        middleware += list_middleware(entries)
        if API not in middleware:
            middleware.append(COOKIES)
    if "drf_spectacular" in settings["INSTALLED_APPS"]:
        rest["DEFAULT_SCHEMA_CLASS"] = "api_http.openapi.Schema"
        chosen = settings.get("SPECTACULAR_SETTINGS", {})
        title = {"TITLE": settings["JWT_ISSUER"], "VERSION": "1.0.0"}
        settings["SPECTACULAR_SETTINGS"] = {**title, **describe_documents(), **chosen}
    rest |= settings.get("REST_FRAMEWORK", {})
    if CORE in loaded:
        filters = [FILTER, *rest.get("DEFAULT_FILTER_BACKENDS", ())]
        rest["DEFAULT_FILTER_BACKENDS"] = list(dict.fromkeys(filters))
    settings["REST_FRAMEWORK"] = rest
    settings["MIDDLEWARE"] = list(dict.fromkeys([*middleware, START_CHECKS]))
    settings.setdefault("AUTH_PLUGINS", [CORE, *providers] if CORE in loaded else [])


def _refuse_half_a_set(core: bool, providers: list[str]) -> None:  # noqa: FBT001
    if providers and not core:
        raise ImproperlyConfigured(
            f"{', '.join(providers)} provides authentication, but {CORE} is not in INSTALLED_APPS. "
            f"Add {CORE}, or take {', '.join(providers)} out as well."
        )
    if core and not providers:
        raise ImproperlyConfigured(
            f"{CORE} is in INSTALLED_APPS without any provider, so no caller can authenticate. "
            "Add a provider such as auth_jwt or auth_basic."
        )
