"""Making sure that a user with a role exists, also when two processes ask at once."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.manager import ADMIN_ROLE
from accounts.models import User
from accounts.passwords import hash_ahead, hash_password
from accounts.usernames import fold_username


def ensure_user(
    username: str, password: str | None, role: str, email: str | None = None
) -> tuple[User, bool]:
    """The user of that name, in any spelling, holding `role`, and whether it was made now.

    A user that is made without a password cannot log in. An existing user keeps its password and
    its email. It gets the role and its rights only if it lacks the role. A right that was taken
    from the user later is not given back.
    """
    is_known = User.objects.filter(username_key=fold_username(username)).exists()
    with nullcontext() if is_known else hash_ahead(password), transaction.atomic():
        return _ensure_user(username, password, role, email)


@sensitive_variables("password")
def _ensure_user(
    username: str, password: str | None, role: str, email: str | None
) -> tuple[User, bool]:
    # A callable, so that an existing user costs no argon2 hash.
    defaults: dict[str, Any] = {
        "email": email,
        "password": partial(hash_password, password),
        **rights_of(role),
    }
    defaults["username"] = username
    user, made = User.objects.get_or_create(username_key=fold_username(username), defaults=defaults)
    if not user.groups.filter(name=role).exists():
        grant_role(user, role)
    return user, made


def grant_role(user: User, role: str) -> None:
    """Put the user into the role's group, made here when no auth app has made it."""
    group, _ = Group.objects.get_or_create(name=role)
    user.groups.add(group)
    # Only these columns, and only upwards: another writer may change the row at this moment.
    if rights := rights_of(role):
        User.objects.filter(pk=user.pk).update(**rights)


def rights_of(role: str) -> dict[str, bool]:
    """Return the flags that a role sets. Only the role admin opens Django's admin."""
    return {"is_staff": True, "is_superuser": True} if role == ADMIN_ROLE else {}
