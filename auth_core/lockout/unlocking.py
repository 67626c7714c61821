"""Ending a lock before its time: by a new password, by a command, in the admin."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from api_http.exceptions import Unavailable
from auth_core.address import Address, group_address
from auth_core.audit import record
from auth_core.lockout.guard import counters, name_account, name_steps
from auth_core.models import EventName

_logger = logging.getLogger(__name__)


def unlock_account(username: str, user: AbstractBaseUser | None = None) -> bool:
    """Forget the failed logins of an account, and its wrong second steps; return whether there were
    any. Raises Unavailable.
    """
    found = user or _find_user(username)
    names = [name_account(username)] + ([name_steps(found)] if found else [])
    with transaction.atomic():  # without its record the change is undone
        record(EventName.UNLOCK, username=username, user=found)
        cleared = [counters().clear(name) for name in names]
    return any(cleared)


def _find_user(username: str) -> AbstractBaseUser | None:
    users: Any = get_user_model()
    try:
        found: AbstractBaseUser = users._default_manager.get_by_natural_key(username)
    except users.DoesNotExist:
        return None
    return found


def unlock_address(address: Address) -> bool:
    """Forget the failed logins from an address, of IPv6 its network. Raises Unavailable."""
    group = group_address(address)
    with transaction.atomic():
        record(EventName.UNLOCK, detail=f"address {group}")
        return bool(counters().clear(f"address:{group}"))


def unlock_all() -> int:
    """Forget all failed logins; return the number of counters. Raises Unavailable."""
    with transaction.atomic():
        record(EventName.UNLOCK, detail="all accounts and addresses")
        return int(counters().clear_all())


def forget_failures(username: str) -> None:
    """Forget the wrong passwords of an account with a new password: they tried the old password.

    Wrong second steps stay counted, as the codes are the same.
    """
    try:
        counters().clear(name_account(username))
    except Unavailable:
        # The password is set nevertheless. Logins fail as well, until the counters are back.
        _logger.exception("unlock_failed")
