"""The API keys on the admin's page of a user. The app's config names it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from auth_apikey.models import ApiKey

KEYS = "auth_apikey.view_apikey"
MOST_SHOWN = 10


def show_keys(request: HttpRequest, user: Any) -> SafeString | None:
    """Show the newest keys of a user that were not revoked."""
    if not request.user.has_perm(KEYS):
        return None
    keys = ApiKey.objects.kept().filter(user_id=user.pk)[:MOST_SHOWN]
    return render_to_string("auth_apikey/user_keys.html", {"keys": keys, "of": user})
