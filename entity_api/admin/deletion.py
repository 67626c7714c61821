"""Which rows need a right of their own when they are deleted along with another row."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import get_deleted_objects
from django.db.models import Model
from django.http import HttpRequest


class SiteWithoutPlugins:
    """An admin site that leaves out the models of authentication plugins.

    The rows of a plugin about a user, such as sessions, belong to that user.
    The right to delete the user is enough.
    """

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def is_registered(self, model: type[Model]) -> bool:
        return self.site.is_registered(model) and not _is_of_plugin(model)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.site, name)


def _is_of_plugin(model: type[Model]) -> bool:
    app = model._meta.app_config
    return app.name in settings.AUTH_PLUGINS or hasattr(app, "auth_provider")


def find_deleted_objects(rows: Any, request: HttpRequest, site: AdminSite) -> Any:
    """Return the rows as Django's get_deleted_objects() does, without rights on plugins' rows."""
    visible: Any = SiteWithoutPlugins(site)
    return get_deleted_objects(rows, request, visible)
