"""Parts of the admin's pages that apps bring along.

The config of an app names them by their paths: `index_panels` for the first page, `list_panels` for
every list, `role_panels` for the list of roles, and `user_panels` for the page of a user. A panel
is a function that takes the request, for `list_panels` Django's ChangeList too, and for
`user_panels` the user. It returns the HTML of its content, or `None` for a person who may not see
it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


def show_panels(kind: str, request: HttpRequest, *subject: Any) -> SafeString:
    """Return the panels of this kind, each in a `section`; an empty text without panels."""
    paths = [path for app in apps.get_app_configs() for path in getattr(app, kind, ())]
    panels = (import_string(path)(request, *subject) for path in paths)
    return format_html_join(
        "", '<section class="module panel">{}</section>', ((panel,) for panel in panels if panel)
    )


class PanelledForm(ModelAdmin):
    """Shows panels below the form of a row."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        row = kwargs.get("obj")
        context["panels"] = self.show_row_panels(request, row) if row else ""
        return super().render_change_form(request, context, *args, **kwargs)

    def show_row_panels(self, request: HttpRequest, row: Any) -> SafeString:
        """Return the HTML of the panels of a row, by default none."""
        return SafeString("")
