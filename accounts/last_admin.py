"""The last active account with the role admin keeps it. Without it the role would be lost.

It hangs on Django's signals, so it holds for the API, the admin and commands. `QuerySet.update()`
sends no signal.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import QuerySet
from django.db.models.signals import m2m_changed, post_delete, pre_delete, pre_save

from accounts.manager import ADMIN_ROLE
from accounts.models import User
from entity_api.writing.problems import Conflict

LAST = (
    f"This is the last active account with the role {ADMIN_ROLE}. Give the role to another active "
    "account first."
)
GROUP = (
    f"The group {ADMIN_ROLE} is neither renamed nor deleted while an active account has this role."
)


def watch_last_admin() -> None:
    """Connect the receivers."""
    pre_save.connect(keep_activity, sender=User, dispatch_uid="accounts.last_admin")
    m2m_changed.connect(keep_role, sender=User.groups.through, dispatch_uid="accounts.last_admin")
    pre_delete.connect(note_role, sender=User, dispatch_uid="accounts.last_admin")
    post_delete.connect(keep_account, sender=User, dispatch_uid="accounts.last_admin")
    pre_save.connect(keep_name, sender=Group, dispatch_uid="accounts.last_admin")
    pre_delete.connect(keep_group, sender=Group, dispatch_uid="accounts.last_admin")


def keep_activity(instance: User, raw: bool, update_fields: Any, **_: Any) -> None:  # noqa: FBT001
    writes_activity = update_fields is None or "is_active" in update_fields
    if writes_activity and not raw and not instance.is_active:
        refuse_to_lose({instance.pk})


def keep_role(instance: Any, action: str, reverse: bool, pk_set: set[Any] | None, **_: Any) -> None:  # noqa: FBT001
    """Refuse from either side of the link. No `pk_set` stands for all that are linked."""
    if action not in ("pre_remove", "pre_clear"):
        return
    users, groups = (pk_set, {instance.pk}) if reverse else ({instance.pk}, pk_set)
    role = Group.objects.filter(name=ADMIN_ROLE)
    if groups is None or role.filter(pk__in=groups).exists():
        refuse_to_lose(users)


def note_role(instance: User, **_: Any) -> None:
    """Keep whether the account has the role: after the deletion no row shows it."""
    has_role = find_admins().filter(pk=instance.pk).exists()
    instance.had_admin_role = has_role  # type: ignore[attr-defined]
    if has_role:
        lock_role()


def keep_account(instance: Any, **_: Any) -> None:
    """Refuse after the deletion, and so undo it: several accounts may be deleted at once."""
    if instance.had_admin_role and not find_admins().exists():
        raise Conflict(LAST)


def keep_name(instance: Group, raw: bool, update_fields: Any, **_: Any) -> None:  # noqa: FBT001
    writes_name = update_fields is None or "name" in update_fields
    if writes_name and not raw and instance.name != ADMIN_ROLE:
        keep_group(instance)


def keep_group(instance: Group, **_: Any) -> None:
    """Refuse to take away the group by which accounts have the role: Conflict."""
    is_role = Group.objects.filter(pk=instance.pk, name=ADMIN_ROLE).exists()
    if is_role and find_admins().exists():
        raise Conflict(GROUP)


def refuse_to_lose(users: Collection[Any] | None) -> None:
    """Raise Conflict if no other active account has the role. `None` stands for all users."""
    losing = find_admins() if users is None else find_admins().filter(pk__in=users)
    if not losing.exists():
        return
    lock_role()
    if users is None or not find_admins().exclude(pk__in=users).exists():
        raise Conflict(LAST)


def find_admins() -> QuerySet[User]:
    return User.objects.filter(is_active=True, groups__name=ADMIN_ROLE)


def lock_role() -> None:
    """Let one transaction at a time take the role away: two admins may remove each other at the
    same moment.
    """
    if connection.in_atomic_block:
        # Not as strong as to hold up those who give the role.
        list(Group.objects.select_for_update(no_key=True).filter(name=ADMIN_ROLE).values_list("pk"))
