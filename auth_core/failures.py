"""Refused credentials: what becomes of them for every provider."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from auth_core.audit import record, record_once
from auth_core.carriers import read_credentials
from auth_core.contract import AuthProvider
from auth_core.lockout import repeats
from auth_core.lockout.guard import count_credentials, name_address
from auth_core.models import EventName

logger = logging.getLogger(__name__)
# The code of a refusal of credentials that were good once: that is how they end.
EXPIRED = "expired"
# The detail of credentials whose scheme a provider has, and which no provider knows.
UNKNOWN = "unknown"


class CountedFailure(AuthenticationFailed):
    """A refusal that was counted and audited already, as a wrong password is."""


def note_failure(
    request: Request, provider: AuthProvider | None, refusal: AuthenticationFailed | None
) -> None:
    """Audit refused credentials, the same from the same address once in five minutes, and count
    them against the address if they could be guessed.

    Never fails: the answer is a 401, also where the database takes no writes.
    """
    # Its challenge stands for its scheme.
    request.refused_by = provider and provider.name  # type: ignore[attr-defined]
    code = UNKNOWN if refusal is None else str(getattr(refusal.detail, "code", ""))
    if isinstance(refusal, CountedFailure) or code == EXPIRED:
        return
    name = provider.name if provider else ""
    facts: dict[str, Any] = {"request": request, "provider": name}
    try:
        record_once(
            ("failure", name, code, name_address(request)), EventName.FAILURE, **facts, detail=code
        )
        if provider and provider.counts_failures and _is_new(request, provider):
            lock = count_credentials(request)
            if lock:
                record(EventName.LOCK, **facts, detail=f"{lock:.0f} s")
    except (APIException, DatabaseError) as error:
        logger.warning("A refusal is not recorded: %s", type(error).__name__)


def _is_new(request: Request, provider: AuthProvider) -> bool:
    """Whether these credentials were not refused a while ago: a client may send them for ever."""
    sent = read_credentials(provider, request)
    return not sent or repeats.refused_credentials.add(repeats.digest_login(provider.name, sent))
