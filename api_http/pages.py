"""What the pages for people share: links between them, and the inputs of a login."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

# What people read at the inputs of a login. Others show their names.
LABELS = {
    "username": _("Username"),
    "password": _("Password"),
    "otp": _("Code of your second factor"),
}


def list_pages() -> Iterator[dict[str, str]]:
    """Yield the pages that are on, each as a name, a path and a few words about it."""
    pages = (
        (settings.LANDING_PAGE, "Start", "landing", "what runs here"),
        (settings.API_DOCS, "Swagger UI", "swagger", "try the REST API"),
        (settings.GRAPHQL_PLAYGROUND, "GraphiQL", "graphql", "try the GraphQL API"),
        (True, "Account", "account", "your password, devices and factors"),
        (apps.is_installed("django.contrib.admin"), "Admin", "admin:index", "for staff"),
    )
    for is_on, name, address, about in pages:
        # It may be on and not among the addresses.
        with suppress(NoReverseMatch):
            if is_on:
                yield {"name": name, "path": reverse(address), "about": about}


def list_login_inputs() -> list[dict[str, Any]]:
    """Return the name of each input of a login, its label, and whether it is required.

    The list is empty without a login, and without graphql-core, which is an extra of the wheel.
    """
    if find_spec("graphql") is None:
        return []
    inputs: list[dict[str, Any]] = import_module("api_http.graphql.login_inputs").list_inputs()
    return [each | {"label": LABELS.get(each["name"], each["name"])} for each in inputs]


def list_templates(attribute: str) -> list[str]:
    """Return the templates that the installed apps declare by this attribute of their AppConfig:
    `login_template` for each form of a login, `account_template` for the page of the account.
    """
    declared = (getattr(app, attribute, None) for app in apps.get_app_configs())
    return [template for template in declared if template]
