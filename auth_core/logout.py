"""The use case of logging out: every provider ends what it has issued."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.dispatch import Signal
from rest_framework.request import Request

from auth_core.browser_sessions import end_browser_sessions
from auth_core.registry import installed_providers

# Sent with `user` and `request` in the transaction in which the owner takes an account back, as by
# a forgotten password. The account may have been in other hands: end what opens it besides logins,
# such as keys. What a receiver raises takes all of it back.
account_recovered = Signal()


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


@transaction.atomic
def recover_account(request: Request, user: Any) -> None:
    """End all that opens the account: its logins, and what plugins have made for it.

    Second factors stay: a lost password does not take them away.
    """
    log_out(request, user, everywhere=True)
    account_recovered.send(sender=type(user), user=user, request=request)


@transaction.atomic
def end_other_logins(request: Request, user: Any) -> None:
    """End all logins of the user but that of this request, and devices that are remembered."""
    for provider in installed_providers():
        provider.revoke_others(request, user)
