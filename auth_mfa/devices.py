"""Remembered devices: their secret stands for the code at later logins (MFA_REMEMBER_DEVICE)."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from auth_core import record
from auth_core.text import bound_text
from auth_core.user_lookup import lock_user
from auth_mfa.factors import NAME
from auth_mfa.models import RememberedDevice

# Of a user. A further device takes the place of the oldest device.
MOST = 10


def is_on() -> bool:
    return bool(_find_life())


def _find_life() -> timedelta:
    return settings.MFA_REMEMBER_DEVICE or timedelta()


@transaction.atomic
def remember_device(request: Request, user: Any) -> str:
    """Remember the client of a login with a second factor. Return its secret, whose digest
    alone is stored.
    """
    now, secret = timezone.now(), token_urlsafe(32)
    lock_user(user.pk)
    agent = bound_text(request.META.get("HTTP_USER_AGENT", ""), 200)
    RememberedDevice.objects.create(
        user=user,
        digest=_digest(user, secret),
        auth_hash=user.get_session_auth_hash(),
        agent=agent,
        created_at=now,
        expires_at=now + _find_life(),
    )
    kept = list(list_devices(user, now).values_list("pk", flat=True)[:MOST])
    RememberedDevice.objects.filter(user=user).exclude(pk__in=kept).delete()
    record("device_remembered", request=request, user=user, provider=NAME)
    return secret


@sensitive_variables("secret")
def is_remembered(user: Any, secret: str, now: datetime) -> bool:
    """Whether the secret is that of a device of this user, and note its use. Costs two queries."""
    if not (secret and is_on()):
        return False
    device = list_devices(user, now).filter(digest=_digest(user, secret)).first()
    if device is None or not _has_password_of(device, user):
        return False
    return bool(RememberedDevice.objects.filter(pk=device.pk).update(last_used_at=now))


def list_devices(user: Any, now: datetime) -> Any:
    """Return the user's devices whose time is not over, the latest first. None for a machine."""
    if not (is_on() and isinstance(user, get_user_model())):
        return RememberedDevice.objects.none()
    # A setting that was made shorter holds for all.
    oldest = now - _find_life()
    return RememberedDevice.objects.filter(user=user, expires_at__gt=now, created_at__gt=oldest)


def list_good_devices(user: Any) -> list[RememberedDevice]:
    """Return the devices that the user may still log in by: a new password ends them."""
    found = list_devices(user, timezone.now())
    return [device for device in found if _has_password_of(device, user)]


def _has_password_of(device: RememberedDevice, user: Any) -> bool:
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(device.auth_hash, each) for each in hashes)


def _digest(user: Any, secret: str) -> str:
    return sha256(f"{user.pk}:{secret}".encode(errors="surrogatepass")).hexdigest()
