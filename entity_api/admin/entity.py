"""The admin of an entity. Lists join the other tables they show: their queries are constant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from api_http.admin_lists import BoundedList
from api_http.admin_panels import PanelledForm
from entity_api.admin.base import LimitedAdmin
from entity_api.admin.children import show_children
from entity_api.admin.files import FileLinks
from entity_api.description.keys import is_key_given, list_given

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

if not TYPE_CHECKING and apps.is_installed("import_export"):
    from entity_api.exchange.admin import ExchangedList
else:

    class ExchangedList(ModelAdmin):
        """Stands for django-import-export, which is an extra of the wheel."""


KEPT_BY_US = ("id", "created_at", "updated_at")


class EntityAdmin(ExchangedList, PanelledForm, BoundedList, FileLinks, LimitedAdmin):
    """The base of an entity's admin: the newest rows first, and no count of a whole table.

    It shows and changes the rows and fields that the permissions of the entity's viewset allow.
    """

    ordering = ("-pk",)
    readonly_fields = KEPT_BY_US
    list_filter: ClassVar[Any] = ("created_at",)

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        # Not every model has times, and a client may give the id of a new row.
        columns = {column.name for column in model._meta.concrete_fields}
        absent = {name for name in KEPT_BY_US if name not in columns}
        absent |= {"id"} if is_key_given(model) else set()
        own: Any = self
        own.readonly_fields = tuple(each for each in self.readonly_fields if each not in absent)
        own.list_filter = tuple(each for each in self.list_filter if each not in absent)

    def show_row_panels(self, request: HttpRequest, row: Any) -> SafeString:
        """Return the rows that link to this row, which the person may see."""
        return show_children(self.admin_site, request, row)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields that nobody edits: of a row that exists, also its key."""
        found = super().get_readonly_fields(request, obj)
        return found if obj is None else tuple(dict.fromkeys([*found, *list_given(self.model)]))


def link_to_list(children: type[Model], link: str, parent: Model, text: str) -> SafeString:
    """Return a link to the admin's list of the `children` whose field `link` leads to `parent`.

    `text` is shown; it is escaped. The link costs no query. Raises NoReverseMatch if the admin does
    not have the model of `children`.
    """
    address = reverse(f"admin:{children._meta.app_label}_{children._meta.model_name}_changelist")
    return format_html('<a href="{}?{}__id__exact={}">{}</a>', address, link, parent.pk, text)
