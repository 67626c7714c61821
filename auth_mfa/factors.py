"""The second factors of a user: authenticator apps and passkeys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model

from auth_mfa.models import Factor, FactorQuerySet, Passkey

# The provider of events in the audit.
NAME = "auth_mfa"


def list_apps(user: Any) -> FactorQuerySet:
    """Return the user's authenticator apps that are in force, the oldest first."""
    return Factor.objects.filter(user=user).confirmed()


def list_factors(user: Any) -> list[Factor | Passkey]:
    """Return the user's second factors that are in force: apps, then passkeys, the oldest first."""
    if not isinstance(user, get_user_model()):
        return []
    return [*list_apps(user), *Passkey.objects.filter(user=user)]


def has_factor(user: Any) -> bool:
    """Whether the user has a second factor in force. Costs a query."""
    apps = list_apps(user).order_by().values("pk")
    passkeys = Passkey.objects.filter(user=user).order_by().values("pk")
    return apps.union(passkeys).exists()


def find_factor(user: Any, key: str) -> Factor | Passkey | None:
    """Return the user's factor in force with this id, if there is one."""
    try:
        pk = UUID(key)
    except ValueError:
        return None
    return list_apps(user).filter(pk=pk).first() or (
        Passkey.objects.filter(user=user, pk=pk).first()
    )
