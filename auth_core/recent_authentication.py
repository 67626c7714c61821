"""Step-up: what only a user may do who has authenticated a few minutes ago (RFC 9470)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import (
    AuthenticationFailed,
    ErrorDetail,
    NotAuthenticated,
    PermissionDenied,
    ValidationError,
)
from rest_framework.request import Request

from auth_core.audit import record
from auth_core.caller import find_caller, require_unlimited
from auth_core.contract import AuthProvider
from auth_core.login import authenticate_password
from auth_core.login_time import find_login_time
from auth_core.password_change import blaming_current_password, confirm_caller
from auth_core.proofs import prove_caller
from auth_core.registry import installed_providers
from auth_core.second_steps import list_login_fields, permit_login
from auth_core.signals import read_login_time

# The code of RFC 9470, section 3.
INSUFFICIENT = "insufficient_user_authentication"
# The clock of an issuer may be ahead of ours by so much.
CLOCKS_APART = timedelta(minutes=1)


class RecentAuthRequired(AuthenticationFailed):
    """401: the user authenticated too long ago for this."""

    default_detail = (
        "This needs a recent authentication. Send your password, or another proof, to "
        "POST /api/me/reauthenticate, or log in again."
    )
    default_code = INSUFFICIENT


def require_recent_auth(
    request: Request | HttpRequest,
    max_age: timedelta | None = None,
    *,
    steps_follow: bool = False,
) -> None:
    """Return if the user of the request authenticated at most `max_age` ago, by default
    settings.REAUTHENTICATION_TIMEOUT.

    A user with a second factor is refused who has not passed it here, as with the access token of
    an issuer. `steps_follow` leaves that out: the caller asks for second steps itself. Raises
    NotAuthenticated without a caller, and RecentAuthRequired. Costs no query for credentials that a
    login here has issued.
    """
    if find_caller(request) is None or not request.user.is_authenticated:
        raise NotAuthenticated
    bound = settings.REAUTHENTICATION_TIMEOUT if max_age is None else max_age
    _require_recent_time(request, _find_time(request), bound)
    if not (steps_follow or _has_passed_steps(request)):
        _require_recent_time(request, None, bound)


def _require_recent_time(
    request: Request | HttpRequest, at: datetime | None, bound: timedelta
) -> None:
    if not _is_recent(at, bound):
        # For the challenge, which tells a client how to go on.
        plain: Any = getattr(request, "_request", request)
        plain.needed_max_age = int(bound.total_seconds())
        raise RecentAuthRequired


def _is_recent(at: datetime | None, bound: timedelta) -> bool:
    return at is not None and -CLOCKS_APART <= timezone.now() - at <= bound


def _find_time(request: Request | HttpRequest) -> datetime | None:
    plain: HttpRequest = getattr(request, "_request", request)
    provider = _find_provider(request)
    if provider:
        return provider.find_authentication_time(request)
    # A page, whose caller Django's session names.
    session = getattr(plain, "session", None)
    return None if session is None else read_login_time(session)


def _has_passed_steps(request: Request | HttpRequest) -> bool:
    """Whether no second step is left. Each login here has passed them, and each request of Basic.
    Credentials that others issue have passed none.
    """
    provider, user = _find_provider(request), request.user
    if provider is None or not isinstance(user, get_user_model()):
        return True
    if type(provider).issue is not AuthProvider.issue:
        return True
    credentials = {"username": user.get_username()}
    try:
        permit_login(request, user, credentials, list(installed_providers()), by=provider.name)
    except AuthenticationFailed:
        return False
    return True


def _find_provider(request: Request | HttpRequest) -> AuthProvider | None:
    """Return the provider that accepted the credentials of the request."""
    plain = getattr(request, "_request", request)
    name = getattr(plain, "accepted_by", None)
    return next((each for each in installed_providers() if each.name == name), None)


@sensitive_variables("given")
def reauthenticate(request: Request, given: Mapping[str, Any]) -> Any:
    """Renew the time of authentication of the caller's session by the password, or by a proof that
    a plugin takes; return the user.

    `given` has the inputs for second steps too. Raises what change_password() does for the current
    password, what prove_caller() does, RecentAuthRequired for a proof of long ago, and
    PermissionDenied for credentials that cannot be renewed, such as an API key.
    """
    provider = require_renewable(request)
    if "currentPassword" in given:
        user = _prove_password(request, given)
    else:
        user = prove_caller(request, given)
        _require_recent_time(request, find_login_time(request), settings.REAUTHENTICATION_TIMEOUT)
    renew(request, provider, user)
    return user


@sensitive_variables("given", "more")
def _prove_password(request: Request, given: Mapping[str, Any]) -> Any:
    more = {name: given[name] for name in list_login_fields() if name in given}
    name = request.user.get_username()
    with blaming_current_password():
        return authenticate_password(request, name, given["currentPassword"], more=more)


@sensitive_variables("given")
def confirm_owner(request: Request, given: Mapping[str, Any]) -> Any:
    """Return the caller, who gives the current password, or has none and a recent session.

    `given` has the inputs for second steps too, which are asked for in any case. Raises what
    confirm_caller() and require_recent_auth() do.
    """
    more = {name: given[name] for name in list_login_fields() if name in given}
    user: Any = request.user
    if "currentPassword" in given:
        return confirm_caller(request, given["currentPassword"], more)
    if user.has_usable_password():
        fault = ErrorDetail("This field is required.", "required")
        raise ValidationError({"currentPassword": [fault]})
    require_recent_auth(request, steps_follow=True)
    credentials = {"username": user.get_username(), **more}
    permit_login(request, user, credentials, list(installed_providers()))
    return user


def require_renewable(request: Request) -> AuthProvider:
    """Return the provider of the caller's credentials. Raises PermissionDenied for limited ones,
    for machines, and for providers that renew nothing.
    """
    require_unlimited(request)
    if find_caller(request) is None or not request.user.is_authenticated:
        raise NotAuthenticated
    provider = _find_provider(request)
    is_user = isinstance(request.user, get_user_model())
    if not is_user or provider is None or type(provider).renew is AuthProvider.renew:
        raise PermissionDenied("These credentials cannot be renewed. Log in, and use the login.")
    return provider


def renew(request: Request, provider: AuthProvider, user: Any) -> None:
    """Note that the caller, who is this user, has authenticated now. It is audited.

    Raises NotAuthenticated if the session has ended meanwhile.
    """
    if user.pk != request.user.pk or not provider.renew(request, user):
        raise NotAuthenticated
    record("reauthentication", request=request, user=user, provider=provider.name)
