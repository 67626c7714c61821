"""The rows that link to a row, below its form: a few of them, as the person may see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from entity_api.admin.access import LIST, find_access

MOST_SHOWN = 10


@dataclass(frozen=True)
class Children:
    """Rows of a model that link to a row, and where the admin has all of them."""

    title: str
    rows: list[tuple[str, str]]
    has_more: bool
    all_of_them: str
    add: str | None


def show_children(site: AdminSite, request: HttpRequest, row: Any) -> SafeString:
    """Return a panel for each model whose rows link to this row, with at most 10 of them."""
    found = _find(site, request, row)
    panels = (render_to_string("entity_api/children.html", {"of": each}) for each in found)
    return format_html_join(
        "", '<section class="module panel">{}</section>', ((panel,) for panel in panels)
    )


def _find(site: AdminSite, request: HttpRequest, row: Any) -> Iterator[Children]:
    for link in row._meta.related_objects:
        if (link.one_to_many or link.one_to_one) and may_list(site, request, link):
            yield _read(site.get_model_admin(link.related_model), request, row, link)


def may_list(site: AdminSite, request: HttpRequest, link: Any) -> bool:
    """Whether the person may list the rows at the other end of a link, and see the link there."""
    model = link.related_model
    if not site.is_registered(model):
        return False
    access = find_access(request, model)
    is_seen = access is None or link.field.name in access.columns(LIST)
    return is_seen and bool(site.get_model_admin(model).has_view_or_change_permission(request))


def _read(page: Any, request: HttpRequest, row: Any, link: Any) -> Children:
    options, field = page.opts, link.field
    value = getattr(row, field.target_field.attname)
    found = page.get_queryset(request).filter(**{field.name: value}).order_by("-pk")
    rows = list(found[: MOST_SHOWN + 1])
    base = f"{page.admin_site.name}:{options.app_label}_{options.model_name}"
    lookup = urlencode({f"{field.name}__{field.target_field.name}__exact": value})
    title = str(options.verbose_name_plural)
    add = f"{reverse(f'{base}_add')}?{urlencode({field.name: value})}"
    return Children(
        f"{title[:1].upper()}{title[1:]}",
        [(reverse(f"{base}_change", args=[each.pk]), str(each)) for each in rows[:MOST_SHOWN]],
        len(rows) > MOST_SHOWN,
        f"{reverse(f'{base}_changelist')}?{lookup}",
        add if page.has_add_permission(request) else None,
    )
