"""The saved filters of a list of the admin: links to open them, and forms to save and edit them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR, ChangeList
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.admin_site import SectionedSite
from accounts.saved_filters import (
    LONGEST_NAME,
    SavedFilter,
    clean_query,
    list_own,
    list_shared,
    name_order,
    number_order,
)


@dataclass(frozen=True)
class Offer:
    """A saved filter as a person meets it. `query` is `None` if the policy refuses its fields."""

    row: SavedFilter
    query: str | None
    is_own: bool
    is_present: bool


def show_saved_filters(request: HttpRequest, cl: ChangeList) -> SafeString | None:
    """Show the saved filters that the person may use, and the forms, where there are any."""
    page: Any = cl.model_admin
    if not isinstance(page.admin_site, SectionedSite) or cl.is_popup:
        return None
    columns = [getattr(column, "__name__", str(column)) for column in cl.list_display]
    present = (
        clean_query(request.GET.urlencode()),
        name_order(request.GET.get(ORDER_VAR, ""), columns),
    )
    user, model = request.user, cl.opts.label_lower
    rows = [*list_own(user, model), *list_shared(user, model)]
    offers = [_offer(request, page, columns, row, present) for row in rows]
    if not offers and not any(present):
        return None
    context = {
        "model": cl.opts,
        "present": present if any(present) else None,
        "offers": offers,
        "editable": [each for each in offers if each.is_own or _may_edit_shared(user)],
        "back": request.GET.urlencode(),
        "longest": LONGEST_NAME,
    }
    return render_to_string("accounts/saved_filters.html", context, request)


def _offer(
    request: HttpRequest, page: Any, columns: list[str], row: SavedFilter, present: tuple[str, str]
) -> Offer:
    query: str | None = None
    if _may_apply(request, page, row.query):
        order = number_order(row.order, columns)
        ordered = urlencode({ORDER_VAR: order}) if order else ""
        query = "&".join(part for part in (row.query, ordered) if part)
    is_own = row.owner_id == request.user.pk
    return Offer(row, query, is_own, (row.query, row.order) == present)


def _may_apply(request: HttpRequest, page: Any, query: str) -> bool:
    """Whether the list takes the filters from this person: Django's question for each of them."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return all(
        page.lookup_allowed(name, value, request) for name, value in pairs if name != SEARCH_VAR
    )


def _may_edit_shared(user: Any) -> bool:
    return bool(user.is_superuser)
