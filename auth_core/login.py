"""The use case of logging in, shared by every surface that offers it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import get_hasher
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from auth_core.audit import record, record_once
from auth_core.caller import describe_user, read_roles
from auth_core.failures import CountedFailure
from auth_core.lockout.guard import Attempt, LoginKey, count_attempt, make_login_key
from auth_core.lockout.repeats import serialize_attempts
from auth_core.models import EventName
from auth_core.password_check import Outcome, check_password
from auth_core.registry import installed_providers
from auth_core.remembered_passwords import find_remembered, remember_password


@sensitive_variables("password")
def authenticate_password(
    request: HttpRequest | Request, username: str, password: str, *, provider: str = ""
) -> AbstractBaseUser:
    """Return the active user who has this password. Every surface checks passwords here.

    Raises AuthenticationFailed, identically and after the same work, for a wrong password, an
    unknown user, an inactive user and a published default password; Throttled while the account or
    the address is locked; 503 after waiting too long to hash, which counts as no try. Failures are
    audited, under the name of the `provider`; a success is the caller's to audit, as what it is
    used for.
    """
    login_key = make_login_key(request, username, password)
    with _record_lock(request, username, login_key, provider):
        return _check(request, username, password, login_key, provider)


@sensitive_variables("password")
def admit_request(
    request: Request, username: str, password: str, *, provider: str
) -> AbstractBaseUser:
    """Return the user for a request that carries a password, as authenticate_password() does.

    Such a client logs in all the time. So a right password is remembered for a while, during which
    it costs no hash, and the success is audited once in five minutes for a user and an address.
    """
    login_key = make_login_key(request, username, password)
    with _record_lock(request, username, login_key, provider):
        user = find_remembered(login_key, username, password) or _check(
            request, username, password, login_key, provider, may_be_remembered=True
        )
    key = ("admitted", user.pk, login_key.address)
    record_once(key, EventName.LOGIN, request=request, user=user, provider=provider)
    return user


@contextmanager
def _record_lock(
    request: HttpRequest | Request, username: str, login_key: LoginKey, provider: str
) -> Iterator[None]:
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


@sensitive_variables("password")
def _check(
    request: HttpRequest | Request,
    username: str,
    password: str,
    login_key: LoginKey,
    provider: str,
    *,
    may_be_remembered: bool = False,
) -> AbstractBaseUser:
    with serialize_attempts(login_key.digest) as is_new:
        # Meanwhile another request may have verified the same password.
        if (
            may_be_remembered
            and not is_new
            and (user := find_remembered(login_key, username, password))
        ):
            return user
        # The turn comes first: a try that is not made for lack of time (503) is not counted.
        with _take_turn():
            attempt = count_attempt(login_key, is_new=is_new)
            outcome = check_password(request, username, password)
        if outcome.reason or outcome.user is None:
            _refuse(request, username, attempt, outcome, provider)
        attempt.succeed()
        remember_password(login_key, outcome.user)
    return outcome.user


def _take_turn() -> AbstractContextManager[object]:
    """Wait until a password may be hashed, if the hasher bounds how many are hashed at once."""
    return getattr(get_hasher(), "take_turn", nullcontext)()


@sensitive_variables("password")
def log_in(request: Request, username: str, password: str) -> dict[str, object]:
    """Return `{id, username, roles}` and what the first provider that issues something hands out.

    Raises what authenticate_password() does, and Unavailable (503); then what was issued is taken
    back.
    """
    user: Any = authenticate_password(request, username, password)
    user.role_names = read_roles(user)
    with transaction.atomic():
        issued, provider = _issue(request, user, password)
        record(EventName.LOGIN, request=request, user=user, provider=provider)
    return describe_user(user) | issued


@sensitive_variables("password")
def _issue(
    request: Request, user: AbstractBaseUser, password: str
) -> tuple[dict[str, object], str]:
    for provider in installed_providers():
        issued = provider.issue(request, user, password)
        if issued is not None:
            return dict(issued), provider.name
    return {}, ""


def _refuse(
    request: HttpRequest | Request, username: str, attempt: Attempt, outcome: Outcome, provider: str
) -> NoReturn:
    facts: dict[str, Any] = {
        "request": request,
        "user": outcome.user,
        "username": username,
        "provider": provider,
    }
    lock = attempt.fail()
    record(EventName.FAILURE, **facts, detail=outcome.reason)
    if lock:
        record(EventName.LOCK, **facts, detail=f"{lock:.0f} s")
    raise CountedFailure("The passed credentials are incorrect")
