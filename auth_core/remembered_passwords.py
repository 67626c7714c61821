"""Remembers correct passwords for five minutes, so that Basic clients need no hash for each
request.

The process keeps a digest of the name, the password and the stored hash, under a key of its own. A
new password, another hash and the end of the account end it with the next request. What a directory
said of a password is remembered for five minutes and no longer, as no change is known here.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model, load_backend
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import CharField, DateTimeField
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from auth_core.account_name import key_field, name_key
from auth_core.lockout.guard import CounterStore, LoginKey, counters, reset_failures
from auth_core.lockout.repeats import bind_to_hash, verified_passwords
from auth_core.password_check import is_kept_here, is_refused_default
from statements.parameters import Parameter
from statements.statement import InstanceColumns, Statement

# Before the stored hash, for a password that is not the stored one.
ELSEWHERE = "elsewhere:"


def remember_password(login_key: LoginKey, user: Any) -> None:
    """Remember the login, if the stored hash was checked, or by a backend that may be believed for
    a while (`remembers`).
    """
    if is_kept_here(user):
        if user.has_usable_password():
            verified_passwords.add(bind_to_hash(login_key.digest, user.password))
    elif getattr(load_backend(user.backend), "remembers", False):
        verified_passwords.add(_bind_elsewhere(login_key, user))


def _bind_elsewhere(login_key: LoginKey, user: Any) -> bytes:
    return bind_to_hash(login_key.digest, f"{ELSEWHERE}{user.password}")


@sensitive_variables("password")
def find_remembered(login_key: LoginKey, username: str, password: str) -> AbstractBaseUser | None:
    """Return the active user with this remembered password; `None` if only a hash can decide.

    The user's `role_names` are filled in.

    Raises Throttled while the account or the address is locked. A wrong password is never
    remembered, so it costs no query here.
    """
    if login_key.digest not in verified_passwords:
        return None
    user, is_of_concern = _finder(counters()).find(login_key, username, timezone.now())
    if user is None or not user.is_active or is_refused_default(user.get_username(), password):
        return None
    if not (
        verified_passwords.renew(bind_to_hash(login_key.digest, user.password))
        or _bind_elsewhere(login_key, user) in verified_passwords
    ):
        return None
    if is_of_concern:
        reset_failures(login_key)
    verified_passwords.renew(login_key.digest)
    return user


class _Finder:
    """The statement that reads a user, the names of their roles, and whether there is more to ask
    of the counters.
    """

    def __init__(self, counters: CounterStore) -> None:
        users = get_user_model()
        self._columns = InstanceColumns(users)
        rows = users._default_manager.filter(**{key_field(): Parameter("username", CharField())})
        account, address = (Parameter(name, CharField()) for name in ("account", "address"))
        concern = counters.concern(account, address, Parameter("now", DateTimeField()))
        self._statement = Statement(
            rows.order_by().values_list(*self._columns.names, concern, "groups__name")
        )

    def find(
        self, login_key: LoginKey, username: str, now: datetime
    ) -> tuple[AbstractBaseUser | None, bool]:
        # A row for each role.
        key = name_key(username)
        found = self._statement.fetch(
            username=key, account=login_key.account, address=login_key.address, now=now
        )
        if not found:
            return None, False
        *values, is_of_concern, _ = found[0]
        user = self._columns.build(values)
        user.role_names = sorted(row[-1] for row in found if row[-1] is not None)
        return user, bool(is_of_concern)


_finder = cache(_Finder)
