"""Guesses at secrets: counted before they are checked, audited if they are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from auth_core.audit import record, record_once
from auth_core.failures import CountedFailure
from auth_core.lockout.guard import (
    Attempt,
    LoginKey,
    count_attempt,
    make_login_key,
    make_step_key,
)
from auth_core.lockout.repeats import serialize_attempts
from auth_core.models import EventName

AnyRequest = HttpRequest | Request


@contextmanager
@sensitive_variables("secret")
def count_guess(
    request: AnyRequest, account: str, secret: str, *, provider: str = "", user: Any = None
) -> Iterator[None]:
    """Return a context in which to check a secret of an account, such as a code. It counts like a
    password.

    Raise AuthenticationFailed in it for a wrong secret: that is counted for the account and the
    address, audited, and raised on. Without an error the account's failures are forgotten. Raises
    Throttled while the account or the address is locked.
    """
    login_key = make_login_key(request, account, secret)
    with _count(request, account, login_key, provider, user):
        yield


@contextmanager
@sensitive_variables("secret")
def count_step(
    request: AnyRequest, user: Any, secret: str, *, provider: str = ""
) -> Iterator[None]:
    """Return a context in which to check what a user sends for a second step, as count_guess() does
    for other secrets.

    Wrong codes are counted apart from wrong passwords, and only a right code forgets them: who has
    the password gets no more tries by it. Raises Throttled as count_guess() does.
    """
    login_key = make_step_key(request, user, secret)
    with _count(request, user.get_username(), login_key, provider, user):
        yield


@contextmanager
def _count(
    request: AnyRequest, account: str, login_key: LoginKey, provider: str, user: Any
) -> Iterator[None]:
    with (
        record_lock(request, account, login_key, provider),
        serialize_attempts(login_key.digest) as is_new,
    ):
        attempt = count_attempt(login_key, is_new=is_new)
        try:
            yield
        except AuthenticationFailed as refusal:
            refuse_attempt(request, account, attempt, refusal, provider=provider, user=user)
        attempt.succeed()


def refuse_attempt(
    request: AnyRequest,
    username: str,
    attempt: Attempt,
    refusal: AuthenticationFailed,
    *,
    reason: str = "",
    provider: str = "",
    user: Any = None,
) -> NoReturn:
    """Audit a failed attempt, by default with the code of the refusal, and raise the refusal."""
    facts: dict[str, Any] = {
        "request": request,
        "user": user,
        "username": username,
        "provider": provider,
    }
    lock = attempt.fail()
    code = getattr(refusal.detail, "code", "")
    record(EventName.FAILURE, **facts, detail=reason or code)
    if lock:
        record(EventName.LOCK, **facts, detail=f"{lock:.0f} s")
    raise CountedFailure(refusal.detail, code) from None


@contextmanager
def record_lock(
    request: AnyRequest, username: str, login_key: LoginKey, provider: str
) -> Iterator[None]:
    """Audit, once in five minutes, that an attempt was refused because of a lock."""
    try:
        yield
    except Throttled:
        seen = ("locked", login_key.account, login_key.address)
        record_once(
            seen,
            EventName.FAILURE,
            request=request,
            username=username,
            provider=provider,
            detail="locked",
        )
        raise
