"""The admin's first page: a section for accounts, then the apps of the domain; saved filters."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.urls import include, path, reverse

# Of all that belongs to accounts, these stand first.
FIRST = ("User", "Group")
OWN = "accounts"


class SectionedSite(AdminSite):
    """Gathers users, roles and the models of authentication in the section of this app."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        if app_label and not _is_of_accounts(app_label):
            return list(super().get_app_list(request, app_label))
        found: list[Any] = super().get_app_list(request)
        gathered = [app for app in found if _is_of_accounts(app["app_label"])]
        others = [] if app_label else [app for app in found if app not in gathered]
        return [_make_section(self.name, gathered), *others] if gathered else others

    def get_urls(self) -> list[Any]:
        saved = path("saved-filters/", include("accounts.saved_filter_urls"))
        return [saved, *super().get_urls()]


def _make_section(site: str, gathered: list[Any]) -> dict[str, Any]:
    models = [model for app in gathered for model in app["models"]]
    return {
        "name": apps.get_app_config(OWN).verbose_name,
        "app_label": OWN,
        "app_url": reverse("admin:app_list", args=[OWN], current_app=site),
        "has_module_perms": True,
        "models": sorted(models, key=_place),
    }


def _place(model: dict[str, Any]) -> tuple[int, str]:
    name = model["object_name"]
    return FIRST.index(name) if name in FIRST else len(FIRST), str(model["name"])


def _is_of_accounts(label: str) -> bool:
    config: AppConfig = apps.get_app_config(label)
    of_django = config.name in (OWN, "django.contrib.auth")
    return of_django or config.name in settings.AUTH_PLUGINS or hasattr(config, "auth_provider")


class SectionedAdminConfig(AdminConfig):
    default_site = "accounts.admin_site.SectionedSite"

    def ready(self) -> None:
        super().ready()
        _name_for_people()


def _name_for_people() -> None:
    """Let breadcrumbs and titles name the section, and call groups what they are here: roles.

    Migrations look at neither.
    """
    section = apps.get_app_config(OWN).verbose_name
    for config in apps.get_app_configs():
        if _is_of_accounts(config.label):
            config.verbose_name = section
    groups: Any = get_user_model()._meta.get_field("groups")
    groups.verbose_name = groups.related_model._meta.verbose_name_plural = "roles"
    groups.related_model._meta.verbose_name = "role"
