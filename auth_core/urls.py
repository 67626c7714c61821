"""The routes of auth_core and of every plugin that brings its own; config/urls.py mounts them
under api/.
"""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from auth_core.registry import plugin_apps
from auth_core.views import LoginView, LogoutView, MeView, PasswordView, ReauthenticationView


def list_provider_routes(name: str) -> list[URLResolver]:
    """Return the routes of each plugin's module `<app>.<name>`, if it has that module.

    A module that cannot be imported raises its own error.
    """
    modules = [f"{app.name}.{name}" for app in plugin_apps()]
    return [path("", include(module)) for module in modules if find_spec(module)]


def offer(routes: list[URLResolver], *own: URLPattern) -> list[URLPattern]:
    """Return those of our own routes that no plugin has: its route takes more."""
    taken = {str(route.pattern) for plugin in routes for route in plugin.url_patterns}
    return [route for route in own if str(route.pattern) not in taken]


def offer_logout(routes: list[URLResolver]) -> list[URLPattern]:
    """Return the route of a logout, unless a provider has its own, which takes more."""
    return offer(routes, path("logout", LogoutView.as_view(), name="logout"))


_provided = list_provider_routes("urls")
urlpatterns = [
    path("login", LoginView.as_view(), name="login"),
    *offer(_provided, path("me", MeView.as_view(), name="me")),
    path("me/password", PasswordView.as_view(), name="password"),
    path("me/reauthenticate", ReauthenticationView.as_view(), name="reauthenticate"),
    *offer_logout(_provided),
    *_provided,
]
