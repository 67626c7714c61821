"""The use case of logging in, shared by every surface that offers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import get_hasher
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from api_http.cookies import drop_cookies
from auth_core.audit import once_in_a_while, record_login, recorded_by_core
from auth_core.caller import describe_user, read_roles
from auth_core.contract import AuthProvider
from auth_core.guesses import count_guess, record_lock, refuse_attempt
from auth_core.lockout.guard import LoginKey, count_attempt, make_login_key
from auth_core.lockout.repeats import serialize_attempts
from auth_core.login_names import find_login_name
from auth_core.password_check import check_password
from auth_core.registry import installed_providers
from auth_core.remembered_passwords import find_remembered, remember_password
from auth_core.second_steps import permit_login

INCORRECT = "The passed credentials are incorrect"


@dataclass(frozen=True)
class _Login:
    """A try of a password, with the inputs for second steps and the providers that are asked."""

    request: HttpRequest | Request
    username: str
    password: str = field(repr=False)
    provider: str = ""
    more: Mapping[str, Any] = field(default_factory=dict, repr=False)
    providers: Sequence[AuthProvider] = ()

    @property
    def credentials(self) -> dict[str, Any]:
        return {"username": self.username, "password": self.password, **self.more}

    def make_key(self) -> LoginKey:
        return make_login_key(self.request, self.username, self.password)

    def permit(self, user: Any) -> None:
        """Ask for second steps. Raises what permit_login() does."""
        permit_login(self.request, user, self.credentials, self.providers, by=self.provider)


@sensitive_variables("password", "more")
def authenticate_password(
    request: HttpRequest | Request,
    username: str,
    password: str,
    *,
    provider: str = "",
    more: Mapping[str, Any] | None = None,
    providers: Sequence[AuthProvider] | None = None,
) -> AbstractBaseUser:
    """Return the active user who has this password. Every surface checks passwords here.

    `more` has the inputs for second steps, which the `providers` are asked for.

    Raises AuthenticationFailed, identically and after the same work, for a wrong password, an
    unknown user, an inactive user and a published default password, and with a code of its own for
    a second step, which is counted apart; Throttled while the account or the address is locked; 503
    after waiting too long to hash, which counts as no try. Failures are audited, under the name of
    the `provider`; a success is the caller's to audit, as what it is used for.
    """
    asked = list(installed_providers()) if providers is None else providers
    login = _Login(request, username, password, provider, more or {}, asked)
    login_key = login.make_key()
    with record_lock(request, username, login_key, provider):
        user = _check(login, login_key)
    login.permit(user)
    return user


@sensitive_variables("password", "more")
def admit_request(
    request: Request, username: str, password: str, *, provider: str
) -> AbstractBaseUser:
    """Return the user for a request that carries a password, as authenticate_password() does.

    Such a client logs in all the time. So a right password is remembered for a while, during which
    it costs no hash, and the success is audited once in five minutes for a user and an address.
    """
    username, providers = find_login_name(username), list(installed_providers())
    found = (each.split_password(request, username, password) for each in providers)
    password, more = next(filter(None, found), (password, {}))
    login = _Login(request, username, password, provider, more, providers)
    login_key = login.make_key()
    with record_lock(request, username, login_key, provider):
        user = _recall(login, login_key) or _check(login, login_key, may_be_remembered=True)
    login.permit(user)
    with once_in_a_while(("admitted", user.pk, login_key.address)) as is_due:
        if is_due:
            record_login(request=request, user=user, provider=provider)
    return user


def _recall(login: _Login, login_key: LoginKey) -> AbstractBaseUser | None:
    """Return the user of a remembered password."""
    return find_remembered(login_key, login.username, login.password)


def _check(
    login: _Login, login_key: LoginKey, *, may_be_remembered: bool = False
) -> AbstractBaseUser:
    with serialize_attempts(login_key.digest) as is_new:
        # Meanwhile another request may have verified the same password.
        if may_be_remembered and not is_new and (user := _recall(login, login_key)):
            return user
        # The turn comes first: a try that is not made for lack of time (503) is not counted.
        with _take_turn():
            attempt = count_attempt(login_key, is_new=is_new)
            outcome = check_password(login.request, login.username, login.password)
        facts: dict[str, Any] = {"provider": login.provider, "user": outcome.user}
        if outcome.reason or outcome.user is None:
            refusal = AuthenticationFailed(INCORRECT)
            facts["reason"] = outcome.reason
            refuse_attempt(login.request, login.username, attempt, refusal, **facts)
        attempt.succeed()
        remember_password(login_key, outcome.user)
    return outcome.user


def _take_turn() -> AbstractContextManager[object]:
    """Wait until a password may be hashed, if the hasher bounds how many are hashed at once."""
    return getattr(get_hasher(), "take_turn", nullcontext)()


@sensitive_variables("password", "more")
def log_in(request: Request, username: str, password: str, **more: Any) -> dict[str, object]:
    """Return `{id, username, roles}` and what the first provider that issues tokens hands out.

    Raises what authenticate_password() does, and Unavailable (503); then what was issued is taken
    back.
    """
    providers, name = list(installed_providers()), find_login_name(username)
    user = authenticate_password(request, name, password, more=more, providers=providers)
    return _hand_out(request, user, providers)


def log_in_user(
    request: Request, user: Any, *, by: str, credentials: Mapping[str, Any] | None = None
) -> dict[str, object]:
    """Log in a user whom a plugin has identified, by a link or another service. Return the login's
    answer.

    `by` names the way in the audit. `credentials` are the valid inputs for second steps. Raises
    AuthenticationFailed for an inactive user and a refused second step, which are audited,
    Throttled while the account or the address is locked, and Unavailable.
    """
    providers = list(installed_providers())
    admit_user(request, user, by=by, credentials=credentials, providers=providers)
    return _hand_out(request, user, providers, by)


def admit_user(
    request: HttpRequest | Request,
    user: Any,
    *,
    by: str,
    credentials: Mapping[str, Any] | None = None,
    providers: Sequence[AuthProvider] | None = None,
) -> None:
    """Refuse a user whom a plugin has identified as log_in_user() does, and issue nothing."""
    asked = list(installed_providers()) if providers is None else providers
    name = user.get_username()
    with count_guess(request, name, by, provider=by, user=user):
        if not user.is_active:
            raise AuthenticationFailed(INCORRECT)
    permit_login(request, user, {"username": name, **(credentials or {})}, asked, by=by)


def _hand_out(
    request: Request, user: Any, providers: Sequence[AuthProvider], by: str = ""
) -> dict[str, object]:
    user.role_names = read_roles(user)
    try:
        with transaction.atomic(), recorded_by_core():
            issued, issuer = _issue(request, user, providers)
            for provider in providers:
                issued |= provider.add_to_answer(request, user)
            record_login(request=request, user=user, provider=by or issuer)
    except BaseException:
        drop_cookies(request)
        raise
    return describe_user(user) | issued


def _issue(
    request: Request, user: AbstractBaseUser, providers: Sequence[AuthProvider]
) -> tuple[dict[str, object], str]:
    for provider in providers:
        issued = provider.issue(request, user)
        if issued is not None:
            return dict(issued), provider.name
    return {}, ""
