"""Django's own sessions, which browsers have in the admin: ending all of a user's."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from auth_core.audit import record
from auth_core.models import EventName
from auth_core.signals import SESSION


def end_browser_sessions(
    user: Any, *, request: Request | HttpRequest | None = None, reason: str = ""
) -> int:
    """End all sessions of the user in the admin, record it, and return how many there were.

    Django keeps no user beside a session, so all live sessions are read. There are few: only staff
    have them. With an engine that keeps sessions out of the database, no session is found.
    """
    engine: Any = import_module(settings.SESSION_ENGINE).SessionStore
    keys = _list_keys(engine, user) if hasattr(engine, "get_model_class") else []
    for key in keys:
        engine(key).delete()
    if keys:
        detail = f"{reason}, sessions: {len(keys)}"
        record(EventName.LOGOUT, request=request, user=user, provider=SESSION, detail=detail)
    return len(keys)


def _list_keys(engine: Any, user: Any) -> list[str]:
    live = engine.get_model_class().objects.filter(expire_date__gt=timezone.now())
    rows = live.values_list("session_key", "session_data").iterator()
    return [key for key, data in rows if engine().decode(data).get(SESSION_KEY) == str(user.pk)]
