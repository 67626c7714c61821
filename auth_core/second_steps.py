"""What providers ask besides a right password, wherever a password is taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import APIException, AuthenticationFailed

from auth_core.audit import record_once
from auth_core.contract import AuthProvider
from auth_core.failures import CountedFailure
from auth_core.faults import refuse_broken
from auth_core.guesses import count_step
from auth_core.lockout.guard import name_address
from auth_core.models import EventName
from auth_core.registry import installed_providers


def list_login_fields(*, at_login: bool = False) -> dict[str, Any]:
    """Return new fields for the inputs of second steps that the installed providers declare.

    `at_login` adds those that only a client which logs in may send.
    """
    return {
        name: deepcopy(field)
        for provider in installed_providers()
        for name, field in provider.login_fields.items()
        if at_login or field.style.get("at") != "login"
    }


def list_proof_fields() -> dict[str, Any]:
    """Return new fields for what the installed providers take in place of the password."""
    return {
        name: deepcopy(field)
        for provider in installed_providers()
        for name, field in provider.proof_fields.items()
    }


@sensitive_variables("credentials")
def permit_login(
    request: Any,
    user: Any,
    credentials: Mapping[str, Any],
    providers: Iterable[AuthProvider],
    *,
    by: str = "",
) -> None:
    """Ask every provider. Raises the first refusal, AuthenticationFailed, or Unavailable.

    Texts besides the password are tries of a secret: they are counted for the user, apart from
    wrong passwords (Throttled). A refusal is audited under the name `by`. Without such a text it is
    audited once in five minutes and not counted, as nothing was tried.
    """
    if tried := _find_tries(credentials):
        with count_step(request, user, tried, provider=by):
            _ask(request, user, credentials, providers)
        return
    try:
        _ask(request, user, credentials, providers)
    except CountedFailure:
        raise
    except AuthenticationFailed as refusal:
        code = str(getattr(refusal.detail, "code", ""))
        seen = ("step", code, str(user.pk), name_address(request))
        facts = {"request": request, "user": user, "username": user.get_username()}
        record_once(seen, EventName.FAILURE, **facts, provider=by, detail=code)
        raise CountedFailure(refusal.detail, code) from None


def _find_tries(credentials: Mapping[str, Any]) -> str:
    """Return the texts besides the name and the password as a single text; "" without any."""
    others = credentials.keys() - {"username", "password"}
    sent = sorted((name, credentials[name]) for name in others)
    return "".join(f"{name}\0{each}\0" for name, each in sent if each and isinstance(each, str))


def _ask(
    request: Any, user: Any, credentials: Mapping[str, Any], providers: Iterable[AuthProvider]
) -> None:
    for provider in providers:
        try:
            provider.permit_login(request, user, credentials)
        except APIException:
            raise
        except Exception as error:
            refuse_broken(provider, error)
            raise
