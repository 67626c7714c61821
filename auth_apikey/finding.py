"""Finding the key of a request with its user and the user's roles, by one query."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import CharField
from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import AuthenticationFailed

from auth_apikey.models import ApiKey
from auth_apikey.secret import digest_key, read_prefix
from auth_core.failures import EXPIRED
from auth_core.last_use import note_use
from statements.parameters import Parameter
from statements.statement import InstanceColumns, Row, Statement

REFUSED = "The API key is incorrect, expired or revoked"
# A request that does nothing else need not write each time.
NOTED_EVERY = timedelta(minutes=5)


@sensitive_variables("text")
def find_key(text: str, now: datetime) -> ApiKey:
    """Return the live key of this text, with its user, whose `role_names` are filled in.

    Raises AuthenticationFailed with the same words for every bad key. Only the code of a key that
    was good once differs, as its use is no failure.
    """
    prefix = read_prefix(text)
    if prefix is None:
        raise AuthenticationFailed(REFUSED, "malformed")
    finder = _finder()
    # A row for each role; a user has few of them.
    found = finder.statement.fetch(prefix=prefix)
    if not found:
        raise AuthenticationFailed(REFUSED)
    key, user = finder.build(found[0])
    if not constant_time_compare(key.digest, digest_key(text)):
        raise AuthenticationFailed(REFUSED)
    if key.has_ended(now) or not user.is_active:
        raise AuthenticationFailed(REFUSED, EXPIRED)
    user.role_names = sorted(role for *_, role in found if role is not None)
    key.user = user
    return key


class _Finder:
    """The statement that reads a key, its user and the names of the user's roles."""

    def __init__(self) -> None:
        self._key = InstanceColumns(ApiKey)
        self._user = InstanceColumns(get_user_model(), "user__")
        rows = ApiKey.objects.filter(prefix=Parameter("prefix", CharField()))
        names = (*self._key.names, *self._user.names, "user__groups__name")
        self.statement = Statement(rows.order_by().values_list(*names))

    def build(self, row: Row) -> tuple[ApiKey, Any]:
        width = len(self._key.names)
        return self._key.build(row[:width]), self._user.build(row[width:-1])


_finder = cache(_Finder)


def note_key(key: ApiKey, now: datetime) -> None:
    """Note that the key is in use, at most once in five minutes. Never fails."""
    if key.last_used_at is None or now - key.last_used_at >= NOTED_EVERY:
        note_use(key, "last_used_at", now)
