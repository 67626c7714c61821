"""The issuers by which a page offers a login."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

register = template.Library()


@register.simple_tag
def oidc_logins(next_url: str = "") -> list[dict[str, Any]]:
    """Return `{label, issuer, url}` of each issuer with a login, which leads to `next_url` then."""
    query = f"?{urlencode({'next': next_url})}" if next_url else ""
    issuers = (issuer for issuer in settings.OIDC_ISSUERS if issuer.client_id)
    try:
        return [
            {
                "label": each.label,
                "issuer": each.issuer,
                "url": reverse("oidc_login", args=[each.name]) + query,
            }
            for each in issuers
        ]
    except NoReverseMatch:  # the project does not mount the pages
        return []
