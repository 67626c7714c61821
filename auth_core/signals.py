"""Audits events of Django's signals, which the API, the admin and a shell all send.

QuerySet.update() sends no signal.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model, user_logged_in, user_logged_out
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save

from api_http.exchanges import rows_exchanged
from auth_core import audit
from auth_core.account_changes import note_state, record_changes, record_deletion
from auth_core.audit import is_recorded_by_core, record
from auth_core.login_time import find_login_time
from auth_core.models import EventName

# The provider of those who come with Django's session cookie: people in the admin.
SESSION = "session"
# The name in Django's session, in seconds since 1970.
LOGIN_TIME = "auth_core_login_time"


def connect_receivers() -> None:
    users: Any = get_user_model()
    user_logged_in.connect(record_login, dispatch_uid="auth_core.record")
    user_logged_in.connect(renew_session, dispatch_uid="auth_core.renew")
    user_logged_out.connect(record_logout, dispatch_uid="auth_core")
    pre_save.connect(note_state, sender=users, dispatch_uid="auth_core")
    post_save.connect(record_changes, sender=users, dispatch_uid="auth_core")
    pre_delete.connect(record_deletion, sender=users, dispatch_uid="auth_core.deletion")
    m2m_changed.connect(record_roles, sender=users.groups.through, dispatch_uid="auth_core")
    pre_delete.connect(record_lost_role, sender=Group, dispatch_uid="auth_core")
    pre_save.connect(record_renamed_role, sender=Group, dispatch_uid="auth_core")
    rows_exchanged.connect(record_exchange, dispatch_uid="auth_core")


def record_login(request: Any, user: Any, **_: object) -> None:
    if not is_recorded_by_core():
        audit.record_login(request=request, user=user, provider=SESSION)


def record_exchange(sender: Any, request: Any, verb: str, rows: int, **_: object) -> None:
    detail = f"{sender.__name__}, rows: {rows}"
    record(verb, request=request, user=request.user, provider=SESSION, detail=detail)


def renew_session(request: Any, **_: object) -> None:
    """Change the key of the session: Django keeps it when a user logs in again (OWASP ASVS 5.0,
    7.2.4). Note the time of the login.
    """
    request.session.cycle_key()
    note_login_time(request)


def note_login_time(request: Any) -> None:
    """Note with the session when its user has authenticated: now, or earlier at an issuer."""
    at = find_login_time(request)
    request.session[LOGIN_TIME] = at and at.timestamp()


def read_login_time(session: Any) -> datetime | None:
    """Return when the user of the session last authenticated; `None` if it is not known."""
    noted = session.get(LOGIN_TIME)
    return datetime.fromtimestamp(noted, UTC) if isinstance(noted, float) else None


def record_logout(request: Any, user: Any, **_: object) -> None:
    if user is not None:
        record(EventName.LOGOUT, request=request, user=user, provider=SESSION)


def record_roles(
    instance: Any,
    action: str,
    reverse: bool,  # noqa: FBT001 (Django's signal)
    pk_set: set[Any] | None,
    **_: object,
) -> None:
    """Record who got or lost which roles. `clear` arrives before it happens, while
    the cleared roles are known."""
    verb = {"post_add": "added", "post_remove": "removed", "pre_clear": "removed"}.get(action)
    # A fixture's rows are no events of this service.
    if verb is None or getattr(instance, "is_from_fixture", False):
        return
    for user, roles in _pair(instance, pk_set, reverse=reverse):
        if roles:
            record(EventName.ROLE_CHANGE, user=user, detail=f"{verb} {', '.join(sorted(roles))}")


def _pair(instance: Any, keys: set[Any] | None, *, reverse: bool) -> list[tuple[Any, list[str]]]:
    """Return (user, names of roles), from the side of the user or that of the group (`reverse`)."""
    if reverse:
        users = (
            instance.user_set.all()
            if keys is None
            else get_user_model()._default_manager.filter(pk__in=keys)
        )
        return [(user, [instance.name]) for user in users]
    groups = instance.groups.all() if keys is None else Group.objects.filter(pk__in=keys)
    return [(instance, list(groups.values_list("name", flat=True)))]


def record_lost_role(instance: Group, **_: object) -> None:
    record_roles(instance, "pre_clear", True, None)  # noqa: FBT003


def record_renamed_role(instance: Group, raw: bool, **_: object) -> None:  # noqa: FBT001
    """Record which users lose a role and get another, because the group has a new name."""
    before = None if raw else Group.objects.filter(pk=instance.pk).first()
    if before is None or before.name == instance.name:
        return
    for user in get_user_model()._default_manager.filter(groups=before):
        detail = f"removed {before.name}, added {instance.name}"
        record(EventName.ROLE_CHANGE, user=user, detail=detail)
