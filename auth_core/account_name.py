"""The key of a user name: an account is found and its failed logins are counted by it.

A user model names its unique column in `USERNAME_KEY_FIELD` and computes it in `fold_username()`.
Without these it is the name as Django normalises it, in the column `USERNAME_FIELD`. A model that
finds users by another comparison must define both: a spelling that finds an account must count for
that account.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model


def key_field() -> str:
    """Name the column by which users are found."""
    users = get_user_model()
    return str(getattr(users, "USERNAME_KEY_FIELD", users.USERNAME_FIELD))


def name_key(username: str) -> str:
    """Return what the column holds for any spelling of the name."""
    users: Any = get_user_model()
    fold = getattr(users, "fold_username", users.normalize_username)
    return str(fold(username))
