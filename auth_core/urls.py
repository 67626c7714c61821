"""The routes of auth_core and of every provider that brings its own; config/urls.py mounts them
under api/.
"""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from auth_core.registry import declared_providers
from auth_core.views import LoginView, LogoutView, MeView, PasswordView


def list_provider_routes(name: str) -> list[URLResolver]:
    """Return the routes of each provider's module `<app>.<name>`, if it has that module.

    A module that cannot be imported raises its own error.
    """
    modules = [f"{app}.{name}" for app in declared_providers()]
    return [path("", include(module)) for module in modules if find_spec(module)]


def offer_logout(routes: list[URLResolver]) -> list[URLPattern]:
    """Return the route of a logout, unless a provider has its own, which takes more."""
    taken = {str(route.pattern) for provider in routes for route in provider.url_patterns}
    return [] if "logout" in taken else [path("logout", LogoutView.as_view(), name="logout")]


_provided = list_provider_routes("urls")
urlpatterns = [
    path("login", LoginView.as_view(), name="login"),
    path("me", MeView.as_view(), name="me"),
    path("me/password", PasswordView.as_view(), name="password"),
    *offer_logout(_provided),
    *_provided,
]
