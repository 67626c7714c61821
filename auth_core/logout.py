"""The use case of logging out: every provider ends what it has issued."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from rest_framework.request import Request

from auth_core.browser_sessions import end_browser_sessions
from auth_core.registry import installed_providers


@transaction.atomic
def log_out(request: Request, user: Any, *, everywhere: bool) -> bool:
    """End the login that the request's credentials belong to; return whether something ended.

    `everywhere` ends all of the user's logins, those of browsers in Django's admin included.
    """
    ended = [
        provider.revoke(request, user, everywhere=everywhere) for provider in installed_providers()
    ]
    if everywhere and isinstance(user, get_user_model()):
        ended.append(bool(end_browser_sessions(user, request=request, reason="everywhere")))
    return any(ended)
