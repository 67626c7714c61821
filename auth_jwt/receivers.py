"""Changes of sessions when their user is saved, by any code."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.signals import post_save, pre_save
from django.utils import timezone

from auth_core.password_check import is_outdated
from auth_jwt.models import Session
from auth_jwt.revocation import revoke
from auth_jwt.sessions import auth_hashes

_NEVER_SET = object()


def connect_receivers() -> None:
    users = get_user_model()
    pre_save.connect(carry_over_new_hash, sender=users, dispatch_uid="auth_jwt")
    post_save.connect(end_sessions_of_inactive, sender=users, dispatch_uid="auth_jwt")


def carry_over_new_hash(instance: Any, update_fields: Any, **_: object) -> None:
    """Let sessions outlive a login that writes the same password with a better hash, as Django's
    hashers ask for.

    Where it is not plainly that, the sessions end. They are refused for the moment until the user
    is written.
    """
    # Django's upgrade of a hash saves this field alone. The password is the same.
    if (
        set(update_fields or ()) != {"password"}
        or vars(instance).get("_password", _NEVER_SET) is not None
    ):
        return
    stored = type(instance)._default_manager.filter(pk=instance.pk).first()
    if stored is not None and is_outdated(stored.password):
        sessions = Session.objects.filter(user=instance, auth_hash__in=list(auth_hashes(stored)))
        sessions.update(auth_hash=instance.get_session_auth_hash())


def end_sessions_of_inactive(instance: Any, raw: bool, update_fields: Any, **_: object) -> None:  # noqa: FBT001
    """End them for good: they do not come back when the user is made active again."""
    # A form of the admin may hide the field from its user; the instance then does not hold the
    # row's value.
    writes_activity = update_fields is None or "is_active" in update_fields
    if writes_activity and not (raw or instance.is_active):
        revoke(Session.objects.filter(user=instance), instance, timezone.now(), reason="inactive")
