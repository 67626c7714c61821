"""The end of keys when their user is deactivated, by any code, or takes the account back."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.signals import post_save

from auth_apikey.issuing import revoke_keys
from auth_apikey.models import ApiKey
from auth_core.logout import account_recovered


def connect_receivers() -> None:
    post_save.connect(revoke_keys_of_inactive, sender=get_user_model(), dispatch_uid="auth_apikey")
    account_recovered.connect(revoke_keys_of_recovered, dispatch_uid="auth_apikey")


def revoke_keys_of_inactive(instance: Any, raw: bool, update_fields: Any, **_: object) -> None:  # noqa: FBT001
    """Revoke them for good: they do not come back when the user is made active again."""
    # A form of the admin may hide the field from its user; the instance then does not hold the
    # row's value.
    writes_activity = update_fields is None or "is_active" in update_fields
    if writes_activity and not (raw or instance.is_active):
        revoke_keys(ApiKey.objects.filter(user=instance), instance, reason="inactive")


def revoke_keys_of_recovered(user: Any, request: Any, **_: object) -> None:
    """Revoke them all: an intruder may have made some (OWASP ASVS 5.0, 7.4.3)."""
    revoke_keys(ApiKey.objects.filter(user=user), user, request=request, reason="recovery")
