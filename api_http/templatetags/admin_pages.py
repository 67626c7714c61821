"""Tags of the admin's templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from api_http.admin_lists import is_list_cut
from api_http.admin_panels import show_panels

register = template.Library()
register.filter("is_cut", is_list_cut)


@register.simple_tag(takes_context=True)
def panels(context: dict[str, Any], kind: str, *subject: Any) -> SafeString:
    """Return the panels of a kind, such as `index_panels`, for the person at the page."""
    return show_panels(kind, context["request"], *subject)
