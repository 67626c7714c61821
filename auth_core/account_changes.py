"""Events of accounts: made, renamed, changed, deleted. Django's signals call these functions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from auth_core.audit import find_caller, record
from auth_core.lockout.unlocking import forget_failures
from auth_core.models import EventName
from auth_core.password_change import refuse_unconfirmed

# Besides the groups, what Django grants rights by.
FLAGS = ("is_active", "is_staff", "is_superuser")


def note_state(instance: Any, raw: bool, using: str, update_fields: Any, **_: object) -> None:  # noqa: FBT001
    """Keep what the row holds before it is written, if what we watch is written at all.

    Raises OwnPasswordDenied for a password that the caller may not set like this.
    """
    instance.audited_state = None
    # Loading a fixture sets links afterwards, by signals without the mark `raw`.
    instance.is_from_fixture = raw
    if raw or not _may_change(instance, update_fields):
        return
    rows = type(instance)._default_manager.using(using).filter(pk=instance.pk)
    # The instance may hold other values than the row in fields that are not written, as the admin's
    # forms do.
    written = [name for name in _list_watched() if update_fields is None or name in update_fields]
    instance.audited_state = rows.values(*written).first()
    if (instance.audited_state or {}).get("password", instance.password) != instance.password:
        refuse_unconfirmed(instance, find_caller())


def _list_watched() -> list[str]:
    """Return the fields whose changes are events; another user model may lack some of them."""
    users: Any = get_user_model()
    names = {field.name for field in users._meta.concrete_fields}
    wanted = dict.fromkeys((users.USERNAME_FIELD, users.get_email_field_name(), "password", *FLAGS))
    return [name for name in wanted if name in names]


def _may_change(instance: Any, update_fields: Any) -> bool:
    if update_fields is None:
        return True
    # A login writes the same password anew when its hash is out of date, and that field alone.
    rehashed = set(update_fields) == {"password"} and instance._password is None  # noqa: SLF001
    return not rehashed and not set(_list_watched()).isdisjoint(update_fields)


def record_changes(instance: Any, created: bool, raw: bool, **_: object) -> None:  # noqa: FBT001
    if raw:
        return
    if created:
        record(EventName.CREATION, user=instance)
        return
    before = instance.audited_state or {}
    changed = {name: old for name, old in before.items() if old != getattr(instance, name)}
    _record_names(instance, changed)
    if "password" in changed:
        record(EventName.PASSWORD_CHANGE, user=instance)
        forget_failures(instance.get_username())
    if flags := [name for name in changed if name in FLAGS]:
        detail = ", ".join(f"{name}={getattr(instance, name)}" for name in flags)
        record(EventName.ROLE_CHANGE, user=instance, detail=detail)


def _record_names(user: Any, changed: dict[str, Any]) -> None:
    events = {
        user.USERNAME_FIELD: EventName.RENAMING,
        user.get_email_field_name(): EventName.EMAIL_CHANGE,
    }
    for name, event in events.items():
        if name in changed:
            old, new = changed[name] or "none", getattr(user, name) or "none"
            record(event, user=user, detail=f"from {old} to {new}")


def record_deletion(instance: Any, **_: object) -> None:
    record(EventName.DELETION, user=instance)
