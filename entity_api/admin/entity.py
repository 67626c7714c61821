"""The admin of an entity. Lists join the other tables they show: their queries are constant."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from api_http.admin_search import SearchLimit
from entity_api.admin.base import LimitedAdmin
from entity_api.admin.files import FileLinks

KEPT_BY_US = ("id", "created_at", "updated_at")


class EntityAdmin(SearchLimit, FileLinks, LimitedAdmin):
    """The base of an entity's admin: the newest rows first, and no count of a whole table.

    It shows and changes the rows and fields that the permissions of the entity's viewset allow.
    """

    ordering = ("-id",)
    readonly_fields = KEPT_BY_US
    list_filter: ClassVar[Any] = ("created_at",)
    show_full_result_count = False
    list_per_page = 50


def link_to_list(children: type[Model], link: str, parent: Model, text: str) -> SafeString:
    """Return a link to the admin's list of the `children` whose field `link` leads to `parent`.

    `text` is shown; it is escaped. The link costs no query. Raises NoReverseMatch if the admin does
    not have the model of `children`.
    """
    address = reverse(f"admin:{children._meta.app_label}_{children._meta.model_name}_changelist")
    return format_html('<a href="{}?{}__id__exact={}">{}</a>', address, link, parent.pk, text)
