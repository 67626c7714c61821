"""The admin's panels of logins, locks and rights. The app's config names them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from api_http.exceptions import Unavailable
from auth_core.admin_unlock import may_unlock
from auth_core.audit_chart import draw_days
from auth_core.lockout.locks import Lock, list_locks
from auth_core.models import AuthEvent
from auth_core.policy.loading import current_policy
from auth_core.policy.matrix import list_lines, write_decision
from auth_core.policy.served import served_viewsets
from auth_core.policy.verdict import describe_caller, list_verdicts

EVENTS = "auth_core.view_authevent"
ROLES = "auth.view_group"
MOST_EVENTS = 10


def show_days(request: HttpRequest) -> SafeString | None:
    """Show the logins and failures of the last days to those who may see events."""
    return draw_days() if request.user.has_perm(EVENTS) else None


def show_locks(request: HttpRequest) -> SafeString | None:
    """Show the locks that hold, each with a button for those who may end it."""
    if not request.user.has_perm(EVENTS):
        return None
    try:
        locks: list[Lock] | None = list_locks()
    except Unavailable:
        locks = None
    rows = [(lock, may_unlock(request, lock.username)) for lock in locks or ()]
    context = {"locks": rows, "is_unknown": locks is None}
    return render_to_string("auth_core/locks.html", context, request)


def show_events(request: HttpRequest, user: Any) -> SafeString | None:
    """Show the newest events of a user."""
    if not request.user.has_perm(EVENTS):
        return None
    events = AuthEvent.objects.filter(user_id=user.pk)[:MOST_EVENTS]
    return render_to_string("auth_core/user_events.html", {"events": events, "of": user})


def show_rights(request: HttpRequest, user: Any) -> SafeString | None:
    """Show what the policy lets a user do, and by which rule (`permissions explain`)."""
    if not request.user.has_perm(ROLES):
        return None
    policy = current_policy()
    context = {
        "sentences": describe_caller(user, policy),
        "verdicts": list(list_verdicts(user, policy)),
    }
    return render_to_string("auth_core/user_rights.html", context)


def show_matrix(request: HttpRequest) -> SafeString | None:
    """Show the whole policy (`manage.py permissions`)."""
    if not request.user.has_perm(ROLES):
        return None
    policy = current_policy()
    lines = [
        (line, [write_decision(each) for each in (line.anyone, line.known, *line.roles.values())])
        for line in list_lines(policy, served_viewsets())
    ]
    file = Path(settings.PERMISSIONS_FILE).name
    context = {"lines": lines, "roles": policy.roles, "file": file}
    return render_to_string("auth_core/matrix.html", context)
