"""The sessions on the admin's first page and on the page of a user. The app's config names them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from auth_core.devices import name_device
from auth_jwt.models import Session

SESSIONS = "auth_jwt.view_session"
MOST_COUNTED = 10_000
MOST_SHOWN = 10


def show_live_sessions(request: HttpRequest) -> SafeString | None:
    """Show the number of live sessions to those who may see sessions."""
    if not request.user.has_perm(SESSIONS):
        return None
    count = Session.objects.live(timezone.now()).order_by()[:MOST_COUNTED].count()
    context = {"count": count, "is_cut": count == MOST_COUNTED}
    return render_to_string("auth_jwt/live_sessions.html", context)


def show_sessions(request: HttpRequest, user: Any) -> SafeString | None:
    """Show the newest live sessions of a user."""
    if not request.user.has_perm(SESSIONS):
        return None
    rows = Session.objects.live(timezone.now()).filter(user_id=user.pk)[:MOST_SHOWN]
    sessions = [(row, name_device(row.agent)) for row in rows]
    return render_to_string("auth_jwt/user_sessions.html", {"sessions": sessions, "of": user})
