"""Accounts by their e-mail address, and whether the account's own address can be believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model

from auth_core.policy.loading import current_policy
from auth_core.policy.rule import Reach
from auth_core.policy.served import name_entity

ATTRIBUTE = "is_email_verified"


def find_user_of_address(email: str) -> Any:
    """Return the only active user with this address, if it is known to be theirs; else `None`.

    A stranger may have put the address of someone else into an account, and wait for them to come
    (account pre-hijacking).
    """
    users = list(_find_users(email)[:2])
    if len(users) != 1 or not users[0].is_active or not _has_address(users[0], email):
        return None
    return users[0] if _is_theirs(users[0]) else None


def is_taken(email: str) -> bool:
    """Whether a user has this address, in any letter case."""
    return bool(_find_users(email).exists())


def name_email_field() -> str | None:
    """Return the field of the user model that has the address, if there is one."""
    users: Any = get_user_model()
    name: str = users.get_email_field_name()
    return name if name in {field.name for field in users._meta.concrete_fields} else None


def _find_users(email: str) -> Any:
    users, name = get_user_model()._default_manager, name_email_field()
    return users.filter(**{f"{name}__iexact": email}) if name else users.none()


def _has_address(user: Any, email: str) -> bool:
    """Compare ASCII alone: PostgreSQL takes the letter U+017F for an s."""
    own = str(getattr(user, user.get_email_field_name()))
    return own.isascii() and email.isascii() and own.lower() == email.lower()


def _is_theirs(user: Any) -> bool:
    """Ask the app that verifies addresses: its AppConfig has is_email_verified(user).

    Without such an app an address is believed only where users cannot set their own.
    """
    vouching: list[Callable[[Any], bool]] = [
        getattr(app, ATTRIBUTE) for app in apps.get_app_configs() if hasattr(app, ATTRIBUTE)
    ]
    if vouching:
        return any(ask(user) for ask in vouching)
    return not _may_users_set_it()


def _may_users_set_it() -> bool:
    users: Any = get_user_model()
    policy, entity = current_policy(), name_entity(users)
    found = [policy.decide(frozenset({role}), entity, "update") for role in ("", *policy.roles)]
    own = (decision for decision in found if decision.reach is Reach.OWN_ROWS)
    return any(users.get_email_field_name() not in decision.withheld for decision in own)
